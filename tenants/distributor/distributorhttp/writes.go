package distributorhttp

import (
	"context"
	"errors"
	"slices"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
)

var errUnknownGrade = fault.New(fault.Invalid, "distributor.unknown_grade",
	"佣金方案里没有 {grade} 这个等级", "the programme has no grade {grade}")

func note(ctx context.Context, tx *pg.Tx, action string, who distributor.ID, detail any) error {
	return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, who.String(), detail)
}

// grade is the one asked for, which the programme must know, or the first.
func (a api) gradeOf(ctx context.Context, tx *pg.Tx, asked string) (string, error) {
	now, err := a.programs.InForce(ctx, tx, tx.Now())
	switch {
	case err != nil:
		return "", err
	case asked == "":
		return now.Settings.Grades[0], nil
	case !slices.Contains(now.Settings.Grades, asked):
		return "", errUnknownGrade.At("grade").With("grade", asked)
	}
	return asked, nil
}

type createRequest struct {
	Body struct {
		ExternalID string          `json:"external_id" required:"false" maxLength:"128"`
		Name       string          `json:"name" minLength:"1" maxLength:"100"`
		Grade      string          `json:"grade" required:"false" doc:"The programme's first grade unless said"`
		UplineID   *distributor.ID `json:"upline_id" required:"false"`
		Code       string          `json:"code" required:"false" doc:"Drawn unless said"`
	}
}

func (a api) create(ctx context.Context, in *createRequest) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (m distributor.Member, err error) {
		e := distributor.Enlistment{ExternalID: in.Body.ExternalID, Name: in.Body.Name, Code: in.Body.Code}
		if in.Body.UplineID != nil {
			e.Upline = *in.Body.UplineID
		}
		if e.Grade, err = a.gradeOf(ctx, tx, in.Body.Grade); err != nil {
			return m, err
		}
		if m, err = a.distributors.Enlist(ctx, tx, e); err != nil {
			return m, err
		}
		return m, note(ctx, tx, "distributor.create", m.ID, nil)
	})
}

type reasonRequest struct {
	OneRequest
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"The distributor sees it"`
	}
}

// stop is the handler of a refusal, a freeze or a ban.
func (a api) stop(to distributor.State, action string, from ...distributor.State) func(context.Context, *reasonRequest) (*detailAnswer, error) {
	return func(ctx context.Context, in *reasonRequest) (*detailAnswer, error) {
		return a.become(ctx, in.ID, to, in.Body.Reason, action, from...)
	}
}

func (a api) approve(ctx context.Context, in *OneRequest) (*detailAnswer, error) {
	return a.become(ctx, in.ID, distributor.Active, "", "distributor.approve", distributor.Applied)
}

func (a api) unfreeze(ctx context.Context, in *OneRequest) (*detailAnswer, error) {
	return a.become(ctx, in.ID, distributor.Active, "", "distributor.unfreeze", distributor.Frozen)
}

func (a api) become(ctx context.Context, who distributor.ID, to distributor.State, reason, action string, from ...distributor.State) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		m, err := a.distributors.Move(ctx, tx, who, to, reason, from...)
		if err != nil {
			return m, err
		}
		return m, note(ctx, tx, action, who, map[string]any{"reason": reason})
	})
}

func (a api) move(ctx context.Context, in *struct {
	OneRequest
	Body struct {
		UplineID *distributor.ID `json:"upline_id" nullable:"true" doc:"null: nobody above"`
	}
}) (*detailAnswer, error) {
	var upline distributor.ID
	if in.Body.UplineID != nil {
		upline = *in.Body.UplineID
	}
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		m, err := a.distributors.Reparent(ctx, tx, in.ID, upline)
		if err != nil {
			return m, err
		}
		return m, note(ctx, tx, "distributor.move", in.ID, map[string]any{"upline_id": upline})
	})
}

func (a api) grade(ctx context.Context, in *struct {
	OneRequest
	Body struct {
		Grade  string `json:"grade" minLength:"1"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		return a.setGrade(ctx, tx, in.ID, in.Body.Grade, in.Body.Reason)
	})
}

func (a api) setGrade(ctx context.Context, tx *pg.Tx, who distributor.ID, grade, reason string) (distributor.Member, error) {
	grade, err := a.gradeOf(ctx, tx, grade)
	if err != nil {
		return distributor.Member{}, err
	}
	m, err := a.distributors.SetGrade(ctx, tx, who, grade, reason)
	if err != nil {
		return m, err
	}
	return m, note(ctx, tx, "distributor.grade", who, map[string]any{"grade": grade, "reason": reason})
}

type syncRequest struct {
	ExternalID string `path:"external_id" maxLength:"128"`
	Body       syncBody
}

type syncBody struct {
	Name             string            `json:"name" minLength:"1" maxLength:"100"`
	Grade            string            `json:"grade" required:"false" doc:"Unchanged, or the programme's first, unless said"`
	UplineExternalID *string           `json:"upline_external_id" required:"false" doc:"Unchanged unless said; empty: nobody above"`
	State            distributor.State `json:"state" required:"false" enum:"active,frozen,banned,left" doc:"Unchanged, or active, unless said"`
	Reason           string            `json:"reason" required:"false" maxLength:"500"`
}

func (a api) sync(ctx context.Context, in *syncRequest) (*detailAnswer, error) {
	return a.answer(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.Member, error) {
		upline, err := uplineOf(ctx, tx, in.Body)
		if err != nil {
			return distributor.Member{}, err
		}
		m, err := distributor.ByExternal(ctx, tx, in.ExternalID)
		if errors.Is(err, distributor.ErrUnknown) {
			return a.enlist(ctx, tx, in.ExternalID, in.Body, upline)
		}
		if err != nil {
			return m, err
		}
		return a.bringUpToDate(ctx, tx, m, in.Body, upline)
	})
}

// uplineOf finds the upline by the merchant's id.
func uplineOf(ctx context.Context, tx *pg.Tx, b syncBody) (distributor.ID, error) {
	if b.UplineExternalID == nil || *b.UplineExternalID == "" {
		return distributor.ID{}, nil
	}
	up, err := distributor.ByExternal(ctx, tx, *b.UplineExternalID)
	if errors.Is(err, distributor.ErrUnknown) {
		return up.ID, distributor.ErrUnknownUpline.At("upline_external_id")
	}
	return up.ID, err
}

func (a api) enlist(ctx context.Context, tx *pg.Tx, externalID string, b syncBody, upline distributor.ID) (m distributor.Member, err error) {
	e := distributor.Enlistment{ExternalID: externalID, Name: b.Name, Upline: upline, State: b.State, StateReason: b.Reason}
	if e.Grade, err = a.gradeOf(ctx, tx, b.Grade); err != nil {
		return m, err
	}
	if m, err = a.distributors.Enlist(ctx, tx, e); err != nil {
		return m, err
	}
	return m, note(ctx, tx, "distributor.create", m.ID, nil)
}

// bringUpToDate changes what differs: sending the same again does nothing.
func (a api) bringUpToDate(ctx context.Context, tx *pg.Tx, m distributor.Member, b syncBody, upline distributor.ID) (distributor.Member, error) {
	if b.Name != m.Name {
		if err := a.distributors.Rename(ctx, tx, m.ID, b.Name); err != nil {
			return m, err
		}
	}
	if b.Grade != "" && b.Grade != m.Grade {
		if _, err := a.setGrade(ctx, tx, m.ID, b.Grade, reasonOf(b)); err != nil {
			return m, err
		}
	}
	if b.UplineExternalID != nil && upline != m.UplineID {
		if _, err := a.distributors.Reparent(ctx, tx, m.ID, upline); err != nil {
			return m, inTheirWords(err)
		}
		if err := note(ctx, tx, "distributor.move", m.ID, map[string]any{"upline_id": upline}); err != nil {
			return m, err
		}
	}
	if b.State != "" && b.State != m.State {
		if _, err := a.distributors.Move(ctx, tx, m.ID, b.State, reasonOf(b)); err != nil {
			return m, err
		}
		if err := note(ctx, tx, "distributor."+string(b.State), m.ID, map[string]any{"reason": reasonOf(b)}); err != nil {
			return m, err
		}
	}
	return distributor.Get(ctx, tx, m.ID)
}

// inTheirWords names the field as the merchant sent it.
func inTheirWords(err error) error {
	if f := fault.Of(err); f.Field == "upline_id" {
		return f.At("upline_external_id")
	}
	return err
}

// reasonOf is the merchant's reason; a shop system that gives none has decided
// elsewhere, and the record says so.
func reasonOf(b syncBody) string {
	if b.Reason == "" {
		return "api"
	}
	return b.Reason
}
