package importing

import "time"

// foldMost is how many sales are one transaction at most.
const foldMost = 200

// next is the steps that are played together, from the nth on: sales of one
// day that follow one another, of which none but the last makes a distributor.
//
// The clock then stands at the last of them when the first is placed, which no
// amount can tell: orders carry their own times, grades change and periods
// close when days end, and refunds, withdrawals and whoever joins stand
// between two transactions as before. What matures meanwhile becomes available
// a few hours later and on the same day, before anybody withdraws it.
func (h *history) next(nth, most int) []step {
	steps := h.steps[nth:]
	n := 1
	for n < min(len(steps), most) && steps[n-1].Kind == sale && !steps[n-1].Joins && steps[n].Kind == sale && h.sameDay(steps[0].At, steps[n].At) {
		n++
	}
	return steps[:n]
}

// sameDay also asks for one day in UTC, in whose months decisions and movements
// are kept.
func (h *history) sameDay(a, b time.Time) bool {
	zone, err := time.LoadLocation(h.zone)
	if err != nil {
		return false // sign-up would have refused it
	}
	return dayIn(a, zone) == dayIn(b, zone) && dayIn(a, time.UTC) == dayIn(b, time.UTC)
}

func dayIn(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
