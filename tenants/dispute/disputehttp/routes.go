// Package disputehttp lets distributors question an award and staff answer.
package disputehttp

import (
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/dispute"
)

type handlers struct {
	db      *pg.DB
	replays dispute.Replayer // nil: nobody can ask again
}

// Routes adds the slice's operations. Without replays, an answer has none to
// show and says so.
func Routes(s *httpapi.Server, db *pg.DB, replays dispute.Replayer) {
	h := &handlers{db, replays}
	op := func(id, method, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary}
	}
	get, post := http.MethodGet, http.MethodPost

	httpapi.Register(s, httpapi.Merchant, op("dispute.list", get, "/disputes", rbac.DisputeRead, "Disputes, the newest first"), h.list)
	httpapi.Register(s, httpapi.Merchant, op("dispute.read", get, "/disputes/{id}", rbac.DisputeRead, "A dispute with everything that was said"), h.read)
	httpapi.Register(s, httpapi.Merchant, op("dispute.replay", get, "/disputes/{id}/replay", rbac.DisputeRead, "Ask the strategy about the disputed order once more; nothing is written"), h.replay)
	httpapi.Register(s, httpapi.Merchant, op("dispute.answer", post, "/disputes/{id}/answer", rbac.DisputeAnswer, "Say that the distributor is right, or why not. No money moves: what is owed is posted by hand"), h.answer)
	httpapi.Register(s, httpapi.Merchant, op("dispute.close", post, "/disputes/{id}/close", rbac.DisputeAnswer, "End a dispute"), h.close)

	opened := op("me.dispute", post, "/me/disputes", rbac.OwnDisputeOpen, "Question an award of mine, or that there is none. Saying the same again changes nothing")
	opened.Status = http.StatusCreated
	httpapi.Register(s, httpapi.Store, opened, h.open)
	httpapi.Register(s, httpapi.Store, op("me.disputes", get, "/me/disputes", rbac.OwnDisputeRead, "My disputes, the newest first"), h.own)
	httpapi.Register(s, httpapi.Store, op("me.dispute.read", get, "/me/disputes/{id}", rbac.OwnDisputeRead, "A dispute of mine with everything that was said"), h.readOwn)
	httpapi.Register(s, httpapi.Store, op("me.dispute.reply", post, "/me/disputes/{id}/replies", rbac.OwnDisputeOpen, "Add to a dispute of mine"), h.reply)
	httpapi.Register(s, httpapi.Store, op("me.dispute.close", post, "/me/disputes/{id}/close", rbac.OwnDisputeOpen, "End a dispute of mine"), h.closeOwn)
}
