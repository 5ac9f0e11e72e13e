import { SearchOutlined } from '@ant-design/icons'
import { Input } from 'antd'
import { useEffect, useState } from 'react'

/** Searches a moment after the last letter, and at once on Enter. */
export function SearchBox({ value, onSearch, placeholder }: { value: string | undefined; onSearch: (q: string | undefined) => void; placeholder: string }) {
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  useEffect(() => {
    if (text.trim() === (value ?? '')) return
    const wait = setTimeout(() => onSearch(text.trim() || undefined), 350)
    return () => clearTimeout(wait)
  }, [text]) // eslint-disable-line react-hooks/exhaustive-deps
  return <Input allowClear prefix={<SearchOutlined />} aria-label={placeholder} placeholder={placeholder} value={text} onChange={(e) => setText(e.target.value)} onPressEnter={() => onSearch(text.trim() || undefined)} style={{ width: 260 }} />
}
