// Beside every rule that needs two people: where the second one comes from.
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Can } from '../app/permissions'

export function SecondPerson() {
  const { t } = useTranslation()
  return <>{t('staff.second_person')} <Can permission="staff.read"><Link to="/settings/staff">{t('staff.second_person_go')}</Link></Can></>
}
