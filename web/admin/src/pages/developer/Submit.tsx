// 提交插件: one signed package, looked at before it travels; what the server
// refuses is shown with its code and the way on.
import { InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Result, Upload } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWrite } from '../../api/hooks'
import { PageShell } from '../../parts/PageShell'
import { submission, Terminal } from '../market/parts'
import { addressOf, fileFault, sizeOf } from '../market/reading'

export default function Submit() {
  const { t, i18n } = useTranslation()
  const submit = useWrite('POST platform:/plugins')
  const [file, setFile] = useState<File>()
  const fault = file && fileFault(file)
  const send = () => submit.mutateAsync({ body: file! }).catch(() => undefined)
  const choose = (next?: File) => {
    submit.reset()
    setFile(next)
  }
  const code = submit.error?.code ?? ''
  const fix = `market.fix.${code.replace('.', '_')}`
  const made = submit.data
  if (made) {
    return (
      <PageShell title={t('market.menu.submit')}>
        <Card><Result status="success" title={t('market.sent', { name: `${made.plugin} ${made.version}` })} subTitle={t('market.sent_next')} extra={[
          <Link key="see" to={`/developer/plugins?open=${encodeURIComponent(addressOf(made))}`}><Button type="primary">{t('market.see_version')}</Button></Link>,
          <Button key="more" onClick={() => choose()}>{t('market.send_another')}</Button>,
        ]} /></Card>
      </PageShell>
    )
  }
  return (
    <PageShell title={t('market.menu.submit')} help={t('market.submit_help')}>
      <div className="halves">
        <Card>
          <div className="stack">
            <Upload.Dragger accept=".fenli" maxCount={1} showUploadList={false} beforeUpload={(f) => { choose(f); return false }}>
              <p className="ant-upload-drag-icon"><InboxOutlined /></p>
              <p className="ant-upload-text">{file ? `${file.name} · ${sizeOf(file.size)}` : t('market.drop')}</p>
              <p className="ant-upload-hint">{t('market.drop_help')}</p>
            </Upload.Dragger>
            {fault && <Alert type="error" showIcon role="alert" title={t(fault, { size: sizeOf(file.size) })} />}
            {submit.error && <Alert type="error" showIcon role="alert" title={submit.error.unreachable ? t('failure.unreachable_help') : submit.error.message} description={code && <>{i18n.exists(fix) && <div>{t(fix)}</div>}<code>{code}</code></>} />}
            <Button type="primary" size="large" disabled={!file || Boolean(fault)} loading={submit.isPending} onClick={() => void send()}>{submit.isPending ? t('market.sending') : t('market.submit')}</Button>
          </div>
        </Card>
        <Card title={t('market.from_terminal')}>
          <p style={{ marginTop: 0 }}>{t('market.how_to')}</p>
          <Terminal lines={submission(window.location.origin)} />
        </Card>
      </div>
    </PageShell>
  )
}
