// The two pictures the console draws: a line for something over time, bars to
// compare people.
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoney, shortCount, shortMoney } from '../api/money'
import type { BoardItem, Metric, Money } from '../api/types'
import { useStore } from '../app/permissions'
import { colors } from '../app/theme'
import { Chart } from './Chart'

export interface TrendSeries {
  name: string
  kind: 'money' | 'count'
  values: number[]
}

const text = { color: colors.soft, fontFamily: 'inherit' }

export function TrendChart({ days, series, height = 300, label }: { days: string[]; series: TrendSeries[]; height?: number; label: string }) {
  const { currency } = useStore()
  const { i18n } = useTranslation()
  const chinese = i18n.language !== 'en'
  const option = useMemo(() => {
    const both = series.some((s) => s.kind === 'money') && series.some((s) => s.kind === 'count')
    const onlyCount = !both && series.every((s) => s.kind === 'count')
    const axis = (kind: TrendSeries['kind'], show: boolean) => ({
      type: 'value', show, minInterval: 1,
      axisLabel: { ...text, formatter: (v: number) => short(v, kind, currency, chinese) },
      splitLine: { lineStyle: { color: colors.line } },
    })
    return {
      color: colors.series,
      animationDuration: 300,
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle: text, icon: 'roundRect', itemWidth: 14, itemHeight: 4, itemGap: 20 },
      tooltip: {
        trigger: 'axis',
        order: 'seriesAsc',
        confine: true,
      },
      xAxis: { type: 'category', data: days, boundaryGap: false, axisLabel: { ...text, formatter: (d: string) => d.slice(5) }, axisLine: { lineStyle: { color: colors.line } }, axisTick: { show: false } },
      yAxis: both ? [axis('money', true), { ...axis('count', true), splitLine: { show: false } }] : [axis(onlyCount ? 'count' : 'money', true)],
      series: series.map((s) => ({
        name: s.name, type: 'line', data: s.values, yAxisIndex: both && s.kind === 'count' ? 1 : 0,
        smooth: 0.2, showSymbol: days.length <= 14, symbolSize: 6, lineStyle: { width: 2.5, type: s.kind === 'count' && both ? 'dashed' : 'solid' },
        areaStyle: series.indexOf(s) === 0 ? { opacity: 0.08 } : undefined,
        tooltip: { valueFormatter: (v: unknown) => whole(v, s.kind, currency) },
      })),
    }
  }, [days, series, currency, chinese])
  return <Chart option={option} height={height} label={label} />
}

export function BarBoard({ items, metric, label, height, onPick }: { items: BoardItem[]; metric: Metric; label: string; height?: number; onPick?: (id: string) => void }) {
  const { currency } = useStore()
  const { i18n } = useTranslation()
  const chinese = i18n.language !== 'en'
  const kind = metric === 'orders' ? 'count' : 'money'
  const option = useMemo(() => {
    const best = [...items].reverse()
    return {
      animationDuration: 300,
      grid: { left: 8, right: 72, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: 'value', minInterval: 1, splitNumber: 4, axisLabel: { ...text, hideOverlap: true, formatter: (v: number) => short(v, kind, currency, chinese) }, splitLine: { lineStyle: { color: colors.line } } },
      yAxis: { type: 'category', data: best.map((i) => i.member.name), axisLabel: { ...text, color: colors.ink, width: 96, overflow: 'truncate' }, axisTick: { show: false }, axisLine: { show: false } },
      tooltip: { trigger: 'item', confine: true, valueFormatter: (v: unknown) => whole(v, kind, currency) },
      series: [{
        type: 'bar', barMaxWidth: 22, data: best.map((i) => minorOf(i.value)), itemStyle: { color: colors.primary, borderRadius: [0, 6, 6, 0] },
        label: { show: true, position: 'right', color: colors.ink, formatter: (p: { value: number }) => short(p.value, kind, currency, chinese) },
      }],
    }
  }, [items, kind, currency, chinese])
  void onPick
  return <Chart option={option} height={height ?? Math.max(120, items.length * 38 + 40)} label={label} />
}

/** Two programmes side by side, for each month or each share. */
export function CompareBars({ labels, names, kind, was, would, label, height = 260 }: { labels: string[]; names: [string, string]; kind: TrendSeries['kind']; was: number[]; would: number[]; label: string; height?: number }) {
  const { currency } = useStore()
  const { i18n } = useTranslation()
  const chinese = i18n.language !== 'en'
  const option = useMemo(() => ({
    color: colors.series,
    animationDuration: 300,
    grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, icon: 'roundRect', itemWidth: 14, itemHeight: 8, itemGap: 20 },
    tooltip: { trigger: 'axis', confine: true },
    xAxis: { type: 'category', data: labels, axisLabel: text, axisLine: { lineStyle: { color: colors.line } }, axisTick: { show: false } },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { ...text, formatter: (v: number) => short(v, kind, currency, chinese) }, splitLine: { lineStyle: { color: colors.line } } },
    series: [was, would].map((data, i) => ({ name: names[i], type: 'bar', barMaxWidth: 28, data, itemStyle: { borderRadius: [4, 4, 0, 0] }, tooltip: { valueFormatter: (v: unknown) => whole(v, kind, currency) } })),
  }), [labels, names, kind, was, would, currency, chinese])
  return <Chart option={option} height={height} label={label} />
}

/** A board's value is a count, minor units, or a whole amount: one number for a bar. */
export function minorOf(value: number | Money): number {
  return typeof value === 'number' ? value : value.amount
}
export function boardText(value: number | Money, metric: Metric, currency: string): string {
  return whole(minorOf(value), metric === 'orders' ? 'count' : 'money', currency)
}

function whole(v: unknown, kind: TrendSeries['kind'], currency: string): string {
  if (typeof v !== 'number' || !Number.isSafeInteger(v)) return '—'
  return kind === 'money' ? formatMoney({ amount: v, currency }) : v.toString()
}
/** Axes may stand between two minor units; a label is a guide, so it is cut to a whole one. */
function short(v: number, kind: TrendSeries['kind'], currency: string, chinese: boolean): string {
  const minor = Math.trunc(v)
  return kind === 'money' ? shortMoney({ amount: minor, currency }, chinese) : shortCount(BigInt(minor), chinese)
}
