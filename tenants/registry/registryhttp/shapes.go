package registryhttp

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Store is a store as everybody who may see it sees it.
type Store struct {
	ID        tenancy.ID `json:"id"`
	Slug      string     `json:"slug"`
	Name      string     `json:"name"`
	Currency  string     `json:"currency"`
	TimeZone  string     `json:"time_zone"`
	Industry  string     `json:"industry"`
	Plan      string     `json:"plan"`
	State     string     `json:"state"`
	CreatedAt time.Time  `json:"created_at"`
}

func storeShape(s registry.Store) Store {
	return Store{s.ID, s.Slug, s.Name, s.Currency, s.TimeZone, s.Industry, s.Plan, s.State, s.CreatedAt}
}

// Clock is a store's time.
type Clock struct {
	Now  time.Time `json:"now"`
	Test bool      `json:"test" doc:"Whether a test clock says so"`
}

// Brand is how a store looks, with the text colours that can be read on its
// colours.
type Brand struct {
	BrandChange
	PrimaryText string `json:"primary_text"`
	AccentText  string `json:"accent_text"`
}

// BrandChange is what a merchant chooses.
type BrandChange struct {
	DisplayName     string            `json:"display_name" minLength:"1" maxLength:"60"`
	Logo            string            `json:"logo" maxLength:"400000" required:"false" doc:"https address, path of this site or data:image"`
	PrimaryColour   string            `json:"primary_color" example:"#c2410c"`
	AccentColour    string            `json:"accent_color" example:"#0f766e"`
	Slogan          string            `json:"slogan" maxLength:"120" required:"false"`
	DistributorWord string            `json:"distributor_word" maxLength:"20" required:"false" doc:"What the store calls its distributors"`
	TabNames        map[string]string `json:"tab_names" required:"false"`
	Agreement       string            `json:"agreement" maxLength:"50000" required:"false"`
}

func brandShape(b registry.Brand) Brand {
	return Brand{
		BrandChange: BrandChange{b.DisplayName, b.Logo, b.PrimaryColour, b.AccentColour, b.Slogan, b.DistributorWord, b.TabNames, b.Agreement},
		PrimaryText: b.PrimaryText, AccentText: b.AccentText,
	}
}

func (b BrandChange) brand() registry.Brand {
	return registry.Brand{
		DisplayName: b.DisplayName, Logo: b.Logo, PrimaryColour: b.PrimaryColour, AccentColour: b.AccentColour,
		Slogan: b.Slogan, DistributorWord: b.DistributorWord, TabNames: b.TabNames, Agreement: b.Agreement,
	}
}

// Person is a human being's account.
type Person struct {
	ID   registry.PersonID `json:"id"`
	Name string            `json:"name"`
}

// Buyers' and distributors' ids are later slices' kinds; here they are only
// written down.
type (
	buyerKind       struct{}
	distributorKind struct{}
)

func (buyerKind) Prefix() string       { return "buy" }
func (distributorKind) Prefix() string { return "dst" }

func buyerID(uuid string) id.Of[buyerKind] {
	v, _ := id.FromUUID[buyerKind](uuid) // the database wrote it
	return v
}

func distributorID(uuid string) id.Of[distributorKind] {
	v, _ := id.FromUUID[distributorKind](uuid)
	return v
}

// Buyer is who one is in a shop.
type Buyer struct {
	ID   id.Of[buyerKind] `json:"id"`
	Name string           `json:"name"`
}

// Distributor is who one is as a seller.
type Distributor struct {
	ID    id.Of[distributorKind] `json:"id"`
	Name  string                 `json:"name"`
	Code  string                 `json:"code"`
	State string                 `json:"state" enum:"applied,rejected,active,frozen,banned,left"`
	Grade string                 `json:"grade"`

	StateReason string `json:"state_reason" doc:"Why rejected, frozen or banned; empty otherwise"`
}

func buyerShape(b *registry.Buyer) (Buyer, *Distributor) {
	who := Buyer{buyerID(b.ID), b.Name}
	if d := b.Distributor; d != nil {
		return who, &Distributor{distributorID(d.ID), d.Name, d.Code, d.State, d.Grade, d.StateReason}
	}
	return who, nil
}

// Key is an API key without its secret.
type Key struct {
	ID        registry.KeyID `json:"id"`
	Name      string         `json:"name"`
	Hint      string         `json:"hint" doc:"The last four characters"`
	CreatedAt time.Time      `json:"created_at"`
	RevokedAt *time.Time     `json:"revoked_at"`
}

func keyShape(k registry.Key) Key {
	shape := Key{k.ID, k.Name, k.Hint, k.CreatedAt.UTC(), k.RevokedAt}
	if k.RevokedAt != nil {
		utc := k.RevokedAt.UTC()
		shape.RevokedAt = &utc
	}
	return shape
}

// Entry is a line of the audit log.
type Entry struct {
	ID      registry.EntryID `json:"id"`
	At      time.Time        `json:"at"`
	Actor   string           `json:"actor" example:"staff:per_…"`
	Name    string           `json:"actor_name" doc:"Empty for who is not of this store's staff, or no more"`
	Action  string           `json:"action" example:"distributor.freeze"`
	Subject string           `json:"subject"`
	Detail  map[string]any   `json:"detail"`
}

func entryShape(e registry.Entry) Entry {
	shape := Entry{ID: e.ID, At: e.At.UTC(), Actor: e.Actor, Name: e.Name, Action: e.Action, Subject: e.Subject}
	_ = json.Unmarshal(e.Detail, &shape.Detail) // an object, or shown as none
	return shape
}
