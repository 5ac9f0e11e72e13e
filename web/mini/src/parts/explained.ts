/**
 * The explanation of one order's award, brought into one shape: a server may answer the person's
 * awards as a list (two roles on one order) or as the single award itself.
 */
import type { Award, AwardLine, AwardStep, Explanation } from '@/api'

export type Part = Partial<Omit<Award, 'order_id'>> & { matures_at?: string | null; lines: AwardLine[]; said?: string[] | null; steps?: AwardStep[] }

export function partsOf(told: Explanation): Part[] {
  if (told.awards?.length) return told.awards.map((one) => ({ ...one, lines: one.lines ?? [] }))
  if (!told.standing && !told.granted && !told.lines?.length) return []
  return [{ ...told, lines: told.lines ?? [] }]
}

export function declinedOf(told: Explanation): string[] {
  if (!told.declined) return []
  if (typeof told.declined === 'string') return [told.declined]
  return told.declined.flatMap((one) => (typeof one === 'string' ? [one] : one.said?.length ? one.said : [one.why]))
}

/** What moved an award, the oldest first; nothing while it still is what was granted. */
export function stepsOf(part: Part): AwardStep[] {
  const steps = part.steps ?? []
  return steps.length > 1 ? steps : []
}
