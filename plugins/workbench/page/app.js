// The page of `fenli plugin dev`. Money and rates are whole numbers and decimal strings: nothing here is a floating-point number.
const words = {
  zh: {
    bench: '方案开发台', settings: '设置', form: '表单', mine: '我的订单', samples: '样例订单', under: '都用左边的设置试算', facts: '需要的数据', checks: '自我描述', contract: '契约检查',
    run: '运行', running: '正在检查…', notyet: '尚未运行', log: '日志与输出', building: '正在构建', ready: '已就绪', broken: '构建失败', build: '构建', start: '启动', ask: '试算', who: '谁', amount: '金额', why: '为什么', of: '按什么', total: '合计',
    nobody: '无人得佣', undecided: '无法决定', nothing: '没有', noflaws: '没有问题', changed: '与上一次构建相比', same: '样例的金额没有变化', passed: '通过', fix: '怎么改', add: '添加', skipped: '跳过', quiet: '还没有输出',
    sku: '商品', category: '类目', qty: '件数', net: '实付', grade: '等级', sold: '此前销售额', channel: '渠道', first: '首单', levels: '可分级数', rounding: '舍入', floor: '向下', half_up: '四舍五入', line: '第 {n} 行', whole: '整单', level: '第 {n} 级', handle: '代号', lines: '商品', chain: '上级链（卖出的人在前）', nosettings: '这个方案没有设置', nogolden: '还没有样例：写 testdata/golden.json', on: '启用', period: '期末', sales: '本期销售额', members: '人', paidnet: '实付', older: '下面仍是上一次成功的构建', key: '名称', everything: '全部字段（JSON）：时间、团购、角色、收货地区……', colon: '：', semicolon: '；', badjson: '不是有效的 JSON', title: '分利 · 方案开发台', none_given: '没有要求任何数据',
  },
  en: {
    bench: 'Strategy bench', settings: 'Settings', form: 'Form', mine: 'My order', samples: 'Sample orders', under: 'ask all with the settings on the left', facts: 'Facts it needs', checks: 'What it says of itself', contract: 'The contract',
    run: 'Run', running: 'Checking…', notyet: 'Not run yet', log: 'Log and output', building: 'Building', ready: 'Ready', broken: 'Build failed', build: 'build', start: 'start', ask: 'ask', who: 'Who', amount: 'Amount', why: 'Why', of: 'Of', total: 'Total',
    nobody: 'Nobody earns', undecided: 'Undecided', nothing: 'none', noflaws: 'No flaws', changed: 'Since the build before', same: 'No sample pays another amount', passed: 'pass', fix: 'Fix', add: 'Add', skipped: 'skipped', quiet: 'Nothing said yet',
    sku: 'SKU', category: 'Category', qty: 'Pieces', net: 'Paid', grade: 'Grade', sold: 'Sold before', channel: 'Channel', first: 'first order', levels: 'Levels', rounding: 'Rounding', floor: 'down', half_up: 'half up', line: 'line {n}', whole: 'whole order', level: 'level {n}', handle: 'handle', lines: 'Goods', chain: 'Chain, the seller first', nosettings: 'This strategy has no settings', nogolden: 'No samples yet: write testdata/golden.json', on: 'on', period: 'period', sales: 'sales of the period', members: 'members', paidnet: 'paid', older: 'Below is still the last build that succeeded', key: 'name', everything: 'every field (JSON): times, group-buy, roles, region …', colon: ': ', semicolon: '; ', badjson: 'This is not JSON', title: 'Fenli · strategy bench', none_given: 'It asks for nothing',
  },
}
let lang = localStorage.getItem('lang') === 'en' ? 'en' : 'zh'
const t = (key, values = {}) => words[lang][key].replace(/\{(\w+)\}/g, (_, k) => values[k])
const say = (w) => (w ? w[lang] || w.zh || w.en : '')
const $ = (id) => document.getElementById(id)

/** An element: its attributes, its children. Text is always text. */
function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag)
  for (const [k, v] of Object.entries(attributes)) {
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
    else if (v === undefined) continue
    else if (k in e) e[k] = v
    else e.setAttribute(k, v)
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ''))
  return e
}

// ---- decimals without floats ----
const digitsOf = (currency) => (/^(JPY|KRW|VND|CLP|ISK|UGX|XAF|XOF|XPF|PYG|RWF)$/.test(currency) ? 0 : /^(KWD|BHD|OMR|JOD|TND|IQD|LYD)$/.test(currency) ? 3 : 2)
/** shift("12.5", 2) is "1250"; shift("10", -2) is "0.1". Anything that is no decimal stays as it is. */
function shift(text, by) {
  const m = /^\s*(-?)(\d*)\.?(\d*)\s*$/.exec(String(text))
  if (!m || (m[2] === '' && m[3] === '')) return String(text)
  let digits = m[2] + m[3], point = m[2].length + by
  if (point < 0) { digits = '0'.repeat(-point) + digits; point = 0 }
  digits = digits.padEnd(point, '0')
  const whole = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0', part = digits.slice(point).replace(/0+$/, '')
  return m[1] + whole + (part ? '.' + part : '')
}
function money(minor, currency = 'CNY') {
  const d = digitsOf(currency), n = BigInt(minor), s = (n < 0n ? -n : n).toString().padStart(d + 1, '0')
  return (n < 0n ? '−' : '') + s.slice(0, s.length - d).replace(/\B(?=(\d{3})+$)/g, ',') + (d ? '.' + s.slice(-d) : '')
}
const percent = (ppm) => shift(String(ppm), -4) + '%'
const whole = (text) => (/^-?\d+$/.test(text) && text.length < 16 ? Number(text) : text)

// ---- state ----
let state = { turn: 0 }, config = {}, schema = null, problems = [], asJSON = false, order = null, rules = { levels: 3, rounding: 'floor' }, report = null, under = {}, conforming = false

async function post(path, body) {
  const r = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) })
  return r.json()
}

async function follow() {
  for (;;) {
    try {
      const next = await (await fetch(`state?after=${state.turn}`)).json()
      const built = next.builds !== state.builds
      state = next
      if (built) await rebuilt()
      paint()
    } catch {
      $('status').textContent = '…'
      await new Promise((done) => setTimeout(done, 1000))
    }
  }
}

/** A new build: keep the settings that somebody typed, unless the form is another one. */
async function rebuilt() {
  if (!state.strategy) return
  const form = JSON.stringify(state.strategy.schema)
  if (form !== schema) {
    const begins = schema === null
    schema = form
    const first = state.samples?.find((s) => s.case.order && s.passed)
    if (begins) config = structuredClone(first?.case.config ?? {})
    if (begins) order = structuredClone(first?.case.order ?? (await (await fetch('sample')).json()))
    paintSettings()
    paintEditor()
  }
  report = null
  await ask()
  if ($('under').checked) await askAll()
}

const caseOf = (o, c) => ({ name: 'mine', config: c, order: o, levels: Number(rules.levels), rounding: rules.rounding })
let asking = 0
async function ask() {
  if (!state.strategy) return
  const turn = ++asking
  const out = await post('ask', { case: caseOf(order, config) })
  if (turn !== asking) return
  problems = out.problems ?? []
  $('mine').replaceChildren(out.error ? el('ul', { className: 'wrongs' }, el('li', {}, out.error)) : out.outcome ? outcome(out.outcome, order) : '')
  $('mytook').textContent = out.took ? `${t('ask')} ${shift(String(out.took), -3)} ms` : ''
  paintProblems()
}
async function askAll() {
  const now = {}
  for (const s of state.samples ?? []) now[s.case.name] = (await post('ask', { case: { ...s.case, config } })).outcome
  under = now
  paintSamples()
}
let later
function changed() {
  clearTimeout(later)
  later = setTimeout(() => { ask(); if ($('under').checked) askAll() }, 150)
}

// ---- the settings' form ----
const label = (s, name) => (lang === 'en' ? s['x-title-en'] : s.title) || s.title || name
const help = (s) => (lang === 'en' ? s['x-description-en'] : s.description) || ''
const isRate = (s) => s.type === 'string' && s['x-widget'] === 'percent'

function paintSettings() {
  const s = state.strategy?.schema
  if (!s) return
  $('form').replaceChildren(...(Object.keys(s.properties ?? {}).length ? fields(s, config, '') : [el('p', { className: 'muted' }, t('nosettings'))]))
  $('json').value = JSON.stringify(config, null, 2)
  paintProblems()
}
function fields(s, value, path) {
  const names = s['x-order'] ?? Object.keys(s.properties ?? {})
  return names.map((name) => field(s.properties[name], name, value, `${path}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`))
}
function field(s, name, parent, path) {
  const set = (v) => { if (v === undefined) delete parent[name]; else parent[name] = v; $('json').value = JSON.stringify(config, null, 2); changed() }
  const id = 'f' + path.replace(/\W/g, '_')
  const body = input(s, parent[name] ?? s.default, set, path, id)
  const simple = ['INPUT', 'SELECT'].includes(body.tagName) || body.className === 'unit'
  const head = simple ? el('label', { htmlFor: id }, label(s, name)) : el('div', { className: 'label' }, label(s, name))
  return el('div', { className: 'field', 'data-path': path }, head, body, help(s) ? el('div', { className: 'help' }, help(s)) : '', el('div', { className: 'wrong' }))
}
function input(s, value, set, path, id) {
  if (s.enum) return el('select', { id, onchange: (e) => set(e.target.value || undefined) }, el('option', { value: '' }, ''), ...s.enum.map((v) => el('option', { value: v, selected: v === value }, v)))
  if (s.type === 'boolean') return el('input', { id, type: 'checkbox', checked: !!value, onchange: (e) => set(e.target.checked) })
  if (isRate(s)) return unit('%', el('input', { id, inputMode: 'decimal', value: value === undefined ? '' : shift(value, 2), oninput: (e) => set(e.target.value.trim() === '' ? undefined : shift(e.target.value, -2)) }))
  if (s.type === 'integer' && s['x-widget'] === 'money') return moneyInput(value, set, id)
  if (s.type === 'integer') return el('input', { id, inputMode: 'numeric', value: value ?? '', oninput: (e) => set(e.target.value.trim() === '' ? undefined : whole(e.target.value.trim())) })
  if (s.type === 'array') return listOf(s, value ?? [], set, path)
  if (s.type === 'object' && s.properties) return groupOf(s, value, set, path)
  if (s.type === 'object') return mapOf(s, value ?? {}, set, path)
  return el('input', { id, value: value ?? '', placeholder: s.format === 'date-time' ? '2026-11-11T00:00:00+08:00' : '', oninput: (e) => set(e.target.value === '' ? undefined : e.target.value) })
}
const unit = (text, e) => el('div', { className: 'unit', 'data-unit': text }, e)
function moneyInput(value, set, id) {
  const currency = order?.currency || 'CNY', d = digitsOf(currency)
  return unit(d === 2 && currency === 'CNY' ? '元' : '', el('input', { id, inputMode: 'decimal', value: value === undefined ? '' : shift(String(value), -d), oninput: (e) => set(e.target.value.trim() === '' ? undefined : whole(shift(e.target.value, d))) }))
}
function groupOf(s, value, set, path) {
  const on = value !== undefined && value !== null
  const inner = on ? structuredClone(value) : {}
  const box = el('div', { className: 'nest' })
  const show = () => box.replaceChildren(el('label', { className: 'switch' }, el('input', { type: 'checkbox', checked: on, onchange: (e) => { set(e.target.checked ? {} : undefined); paintSettings() } }), t('on')), ...(on ? fields(s, watched(inner, () => set(inner)), path) : []))
  show()
  return box
}
/** An input without a label of its own has a name all the same. */
function named(e, name) {
  const i = e.matches('input, select') ? e : e.querySelector('input, select')
  if (i && !i.id) i.setAttribute('aria-label', name)
  return e
}
/** Writing into it calls back, after the write. */
function watched(target, told) {
  return new Proxy(target, {
    set(o, k, v) { o[k] = v; told(); return true },
    deleteProperty(o, k) { delete o[k]; told(); return true },
  })
}
const levelList = (s) => s['x-widget'] === 'rate-list' || s['x-widget'] === 'money-list'
function itemOf(s) {
  return s['x-widget'] === 'money-list' && s.items?.type === 'integer' ? { ...s.items, 'x-widget': 'money' } : s.items
}
function listOf(s, value, set, path) {
  const items = structuredClone(value), box = el('div')
  const put = () => set(items.length || s.minItems ? items : items)
  const show = () => box.replaceChildren(
    ...items.map((v, i) => {
      const drop = el('button', { type: 'button', className: 'x', title: '×', 'aria-label': '×', onclick: () => { items.splice(i, 1); put(); show() } }, '×')
      const item = itemOf(s)
      if (item.type === 'object') return el('div', { className: 'entry', 'data-path': `${path}/${i}` }, el('div', { style: 'float:right' }, drop), ...fields(item, watched(items[i], put), `${path}/${i}`))
      return el('div', { className: 'row', 'data-path': `${path}/${i}` }, el('span', { className: 'n' }, levelList(s) ? t('level', { n: i + 1 }) : `${i + 1}`), named(input(item, v, (x) => { items[i] = x ?? ''; put() }, `${path}/${i}`), levelList(s) ? t('level', { n: i + 1 }) : `${i + 1}`), drop)
    }),
    s.maxItems && items.length >= s.maxItems ? '' : el('button', { type: 'button', onclick: () => { items.push(blank(itemOf(s))); put(); show() } }, '+ ' + t('add')))
  show()
  return box
}
function blank(s) {
  if (s.type === 'object') return {}
  if (s.type === 'array') return []
  if (s.type === 'integer') return 0
  return isRate(s) ? '0' : ''
}
function mapOf(s, value, set, path) {
  let entries = Object.entries(structuredClone(value))
  const box = el('div'), item = s.additionalProperties
  const put = () => set(Object.fromEntries(entries.filter(([k]) => k !== '')))
  const flat = item.type === 'string' || item.type === 'integer'
  const name = { sku: t('sku'), category: t('category'), channel: t('channel'), grade: t('grade') }[s['x-keys']] ?? t('key')
  const show = () => box.replaceChildren(
    ...entries.map(([k, v], i) => {
      const key = el('input', { className: 'key', value: k, placeholder: name, 'aria-label': name, oninput: (e) => { entries[i][0] = e.target.value; put() } })
      const drop = el('button', { type: 'button', className: 'x', 'aria-label': '×', onclick: () => { entries.splice(i, 1); put(); show() } }, '×')
      const body = item.properties ? el('div', {}, ...fields(item, watched(v, put), `${path}/${k}`))
        : named(input(item.type === 'array' && s['x-widget'] === 'money-list' ? { ...item, 'x-widget': 'money-list' } : item, v, (x) => { entries[i][1] = x ?? blank(item); put() }, `${path}/${k}`), k || name)
      return flat ? el('div', { className: 'row', 'data-path': `${path}/${k}` }, key, body, drop) : el('div', { className: 'entry', 'data-path': `${path}/${k}` }, el('div', { className: 'row' }, key, drop), body)
    }),
    el('button', { type: 'button', onclick: () => { entries.push(['', blank(item)]); show() } }, '+ ' + t('add')))
  show()
  return box
}
/** Problems stand where they belong; those without a place stand below. */
function paintProblems() {
  document.querySelectorAll('.field .wrong').forEach((e) => e.replaceChildren())
  document.querySelectorAll('.settings input.bad').forEach((e) => e.classList.remove('bad'))
  const rest = []
  for (const p of problems) {
    let at = p.path, place = null
    while (at && !(place = [...document.querySelectorAll('.settings [data-path]')].find((e) => e.dataset.path === at))) at = at.slice(0, at.lastIndexOf('/'))
    const said = place?.closest('.field') && [...place.closest('.field').children].find((e) => e.className === 'wrong')
    if (!said || asJSON) { rest.push(p); continue }
    said.append(el('div', {}, say(p.why)))
    place.querySelector('input')?.classList.add('bad')
  }
  $('problems').replaceChildren(...rest.map((p) => el('pre', {}, `${p.path || '/'}: ${say(p.why)}`)))
}
$('json').addEventListener('input', () => {
  try { config = JSON.parse($('json').value); problems = []; changed() } catch (e) { $('problems').replaceChildren(el('pre', {}, `${t('badjson')}: ${e.message}`)) }
})
for (const [id, on] of [['tab-form', false], ['tab-json', true]]) {
  $(id).addEventListener('click', () => {
    asJSON = on
    $('tab-form').setAttribute('aria-selected', !on); $('tab-json').setAttribute('aria-selected', on)
    $('form').hidden = on; $('json').hidden = !on
    paintSettings()
  })
}

// ---- an order of one's own ----
let wholeOrder = false
function paintEditor() {
  if (!order) return
  const d = digitsOf(order.currency || 'CNY')
  const box = (of, key, { list = changed, ...more } = {}) => el('input', { value: of[key] ?? '', oninput: (e) => { of[key] = e.target.value; list() }, ...more })
  const amount = (of, key, name) => el('input', { value: shift(String(of[key] ?? 0), -d), inputMode: 'decimal', 'aria-label': name, oninput: (e) => { const v = shift(e.target.value || '0', d); of[key] = v; changed() } })
  const redo = () => { paintEditor(); changed() }
  order.lines ??= []; order.chain ??= []
  $('editor').replaceChildren(
    el('div', { className: 'grid' }, el('span', {}, t('sku')), el('span', {}, t('category')), el('span', {}, t('qty')), el('span', {}, t('net')), el('span')),
    ...order.lines.map((l, i) => el('div', { className: 'grid' }, box(l, 'sku', { 'aria-label': t('sku') }), box(l, 'category', { 'aria-label': t('category') }), box(l, 'quantity', { inputMode: 'numeric', 'aria-label': t('qty') }), amount(l, 'net', t('net')), el('button', { type: 'button', className: 'x', 'aria-label': '×', onclick: () => { order.lines.splice(i, 1); redo() } }, '×'))),
    el('div', { className: 'bar' }, el('button', { type: 'button', onclick: () => { order.lines.push({ sku: 'SKU', quantity: 1, net: '10000' }); redo() } }, '+ ' + t('lines'))),
    el('div', { className: 'grid people' }, el('span'), el('span', {}, t('handle')), el('span', {}, t('grade')), el('span', {}, t('sold')), el('span')),
    ...order.chain.map((m, i) => el('div', { className: 'grid people' }, el('span', {}, `${i + 1}`), box(m, 'handle', { 'aria-label': t('handle') }), box(m, 'grade', { 'aria-label': t('grade') }), amount((m.stats ??= {}), 'sales', t('sold')), el('button', { type: 'button', className: 'x', 'aria-label': '×', onclick: () => { order.chain.splice(i, 1); order.chain.forEach((x, n) => (x.level = n + 1)); redo() } }, '×'))),
    el('div', { className: 'bar' },
      order.chain.length < 3 ? el('button', { type: 'button', onclick: () => { order.chain.push({ handle: 'abc'[order.chain.length], level: order.chain.length + 1 }); redo() } }, '+ ' + t('chain')) : '',
      el('label', {}, t('channel'), box(order, 'channel')),
      el('label', {}, el('input', { type: 'checkbox', checked: !!order.buyer?.first_order, onchange: (e) => { order.buyer = { ...order.buyer, first_order: e.target.checked }; changed() } }), t('first')),
      el('label', {}, t('levels'), el('select', { onchange: (e) => { rules.levels = e.target.value; changed() } }, ...[3, 2, 1].map((n) => el('option', { value: n, selected: n === Number(rules.levels) }, n)))),
      el('label', {}, t('rounding'), el('select', { onchange: (e) => { rules.rounding = e.target.value; changed() } }, ...['floor', 'half_up'].map((n) => el('option', { value: n, selected: n === rules.rounding }, t(n)))))),
    el('details', { open: wholeOrder, ontoggle: (e) => { wholeOrder = e.target.open; e.target.querySelector('textarea').value = JSON.stringify(order, null, 2) } }, el('summary', { className: 'muted' }, t('everything')),
      el('textarea', { spellcheck: false, 'aria-label': 'JSON', value: JSON.stringify(order, null, 2), oninput: (e) => { try { order = JSON.parse(e.target.value); changed() } catch { /* half written */ } }, onblur: () => paintEditor() })))
}

// ---- decisions ----
function outcome(o, ord) {
  if (o.failed) return el('ul', { className: 'wrongs' }, el('li', {}, `${t('undecided')}${t('colon')}${o.failed}`), el('li', {}, o.message ?? ''))
  const rows = o.awards.map((a) => el('tr', {},
    el('td', { className: 'who' }, a.who, a.level ? el('span', { className: 'muted' }, ` ${t('level', { n: a.level })}`) : ''),
    el('td', {}, say(a.why)),
    el('td', { className: 'muted' }, a.line < 0 ? t('whole') : `${ord?.lines?.[a.line]?.sku ?? ''}`, a.rate_ppm ? ` · ${money(a.base, o.currency)} × ${percent(a.rate_ppm)}` : ''),
    el('td', { className: 'money' }, money(a.amount, o.currency))))
  rows.push(...o.declined.map((x) => el('tr', {}, el('td', { className: 'who' }, x.who), el('td', { className: 'none', colSpan: 2 }, say(x.why)), el('td', { className: 'money none' }, '—'))))
  if (o.none) rows.push(el('tr', {}, el('td', { className: 'none', colSpan: 4 }, `${t('nobody')}${t('colon')}${say(o.none)}`)))
  if (o.awards.length > 1) rows.push(el('tr', { className: 'total' }, el('td', { colSpan: 3 }, t('total')), el('td', { className: 'money' }, money(o.awards.reduce((n, a) => n + BigInt(a.amount), 0n), o.currency))))
  return el('table', {}, el('thead', {}, el('tr', {}, el('th', {}, t('who')), el('th', {}, t('why')), el('th', {}, t('of')), el('th', { className: 'money' }, t('amount')))), el('tbody', {}, ...rows))
}
function goods(c) {
  if (c.period) {
    const p = c.period
    return `${t('period')} · ${t('sales')} ${money(p.sales?.settled ?? 0, p.currency || 'CNY')} · ${(p.members ?? []).length} ${t('members')}`
  }
  const o = c.order ?? {}
  return (o.lines ?? []).map((l) => `${l.sku}${l.category ? ` (${l.category})` : ''} × ${l.quantity ?? 1} · ${t('paidnet')} ${money(l.net ?? 0, o.currency || 'CNY')}`).join(t('semicolon')) + (o.chain?.length ? `　→　${o.chain.map((m) => m.handle + (m.grade ? ` ${m.grade}` : '')).join(' · ')}` : '')
}
function paintSamples() {
  const all = state.samples ?? [], together = $('under').checked
  const passed = all.filter((s) => s.passed).length
  $('score').textContent = all.length ? `${passed} / ${all.length} ${t('passed')}` : ''
  $('score').className = 'pill ' + (passed === all.length ? 'good' : 'bad')
  $('samples').replaceChildren(...(all.length ? all : []).map((s) => {
    const o = together ? under[s.case.name] : s.outcome
    return el('div', { className: 'card sample' + (s.passed || together ? '' : ' fails') },
      el('div', { className: 'head' }, el('h2', {}, s.case.name), together ? '' : el('span', { className: 'pill ' + (s.passed ? 'good' : 'bad') }, s.passed ? '✓' : '✗')),
      el('div', { className: 'goods' }, goods(s.case)),
      o && (o.awards.length || o.declined.length || o.none || o.failed) ? outcome(o, s.case.order) : '',
      s.wrong.length && !together ? el('ul', { className: 'wrongs' }, ...s.wrong.map((w) => el('li', {}, w))) : '')
  }), all.length ? '' : el('p', { className: 'muted' }, t('nogolden')))
}
function paintChanges() {
  const list = state.changes ?? []
  if (state.builds < 2) return $('changes').replaceChildren()
  const diff = (c) => BigInt(c.after) - BigInt(c.before)
  $('changes').replaceChildren(el('div', { className: 'banner' }, el('h2', {}, t('changed')), list.length
    ? el('table', {}, el('tbody', {}, ...list.map((c) => el('tr', {}, el('td', {}, c.sample), el('td', { className: 'who' }, c.who), el('td', { className: 'muted' }, say(c.why)), el('td', { className: 'money none' }, `${money(c.before, c.currency)} →`), el('td', { className: 'money' }, money(c.after, c.currency)), el('td', { className: 'money ' + (diff(c) > 0n ? 'up' : 'down') }, (diff(c) > 0n ? '+' : '') + money(diff(c), c.currency))))))
    : el('p', { className: 'muted' }, t('same'))))
}

// ---- the rest of the page ----
function paint() {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  document.title = (state.strategy ? say(state.strategy.title) + ' · ' : '') + t('title')
  document.querySelectorAll('[data-t]').forEach((e) => { if (e.id !== 'conformance' || !report) e.textContent = t(e.dataset.t) })
  $('lang').textContent = lang === 'zh' ? 'English' : '中文'
  const s = state.strategy, flaws = state.flaws ?? []
  $('title').textContent = s ? `${say(s.title)}` : state.target ?? '…'
  $('summary').textContent = s ? `${s.id} ${s.version} · ${s.sdk} · ${s.sha256.slice(0, 12)} · ${say(s.summary)}` : ''
  $('status').textContent = state.building ? t('building') : flaws.length ? t('broken') : t('ready')
  $('status').className = 'pill ' + (state.building ? 'busy' : flaws.length ? 'bad' : 'good')
  $('took').textContent = s ? ['build', 'start', 'ask'].filter((k) => state.took[k]).map((k) => `${t(k)} ${shift(String(state.took[k] - (state.took[k] % 100)), -3)} ms`).join(' · ') : ''
  $('flaws').replaceChildren(...flaws.map((f) => el('div', {}, el('b', {}, f.code), ` ${f.place ?? ''}`, el('pre', {}, f.cause), el('div', {}, `${t('fix')}${t('colon')}${f.fix}`))), flaws.length && s ? el('p', { className: 'muted' }, t('older')) : '')
  $('facts').replaceChildren(...(s?.facts.length ? s.facts.map((f) => el('li', {}, el('code', {}, f.name), el('div', { className: 'muted' }, say(f.purpose)))) : [el('li', { className: 'muted' }, t('none_given'))]))
  const checks = state.checks ?? []
  $('checks').replaceChildren(...(checks.length ? checks.map((f) => el('div', { className: 'check' }, el('b', { className: 'no' }, '✗'), f.cause, el('small', {}, `${f.place} · ${f.code} · ${f.fix}`))) : [el('span', { className: 'ok' }, '✓ ' + t('noflaws'))]))
  if (!report && !conforming) { $('conformance').textContent = t('notyet') }
  const lines = state.log ?? []
  $('log').replaceChildren(...(lines.length ? lines.map((l) => el('div', { className: l.own ? 'own' : '' }, el('time', {}, l.at), l.text)) : [el('span', { className: 'muted' }, t('quiet'))]))
  $('log').scrollTop = $('log').scrollHeight
  paintSamples()
  paintChanges()
}
function paintReport() {
  if (!report) return
  $('conformance').replaceChildren(...(report.checks ?? []).map((c) => el('div', { className: 'check' }, el('b', { className: c.status === 'pass' ? 'ok' : c.status === 'fail' ? 'no' : 'muted' }, c.status === 'pass' ? '✓' : c.status === 'fail' ? '✗' : '–'), lang === 'en' ? c.title.en : c.title['zh-CN'], c.status !== 'pass' && c.detail ? el('small', {}, c.detail) : '')), report.cause ? el('div', { className: 'no' }, report.cause) : '')
}
$('conform').addEventListener('click', async () => {
  conforming = true; $('conform').disabled = true; $('conformance').textContent = t('running')
  report = await post('conformance')
  conforming = false; $('conform').disabled = false
  paintReport()
})
$('under').addEventListener('change', () => ($('under').checked ? askAll() : paintSamples()))
$('lang').addEventListener('click', () => {
  lang = lang === 'zh' ? 'en' : 'zh'
  localStorage.setItem('lang', lang)
  paint(); paintSettings(); paintEditor(); paintReport(); ask()
})
follow()
