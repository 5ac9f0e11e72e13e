import { DatePicker } from 'antd'
import dayjs from 'dayjs'

interface Props {
  id?: string
  /** Two days, "2026-03-01"; either may be open. */
  value?: [string | undefined, string | undefined]
  onChange?: (days: [string | undefined, string | undefined]) => void
  label?: string
  /** Whether both have to be there. */
  closed?: boolean
}

const day = (d: string | undefined) => (d ? dayjs(d) : null)

/** From a day to a day, by the store's calendar: days are text and know no zone. */
export function DayRange({ id, value = [undefined, undefined], onChange, label, closed }: Props) {
  return (
    <DatePicker.RangePicker id={id} aria-label={label} allowClear={!closed} allowEmpty={[!closed, !closed]} value={[day(value[0]), day(value[1])]}
      onChange={(range) => onChange?.([range?.[0]?.format('YYYY-MM-DD'), range?.[1]?.format('YYYY-MM-DD')])} />
  )
}
