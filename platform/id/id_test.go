package id_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/id"
)

type apple struct{}

func (apple) Prefix() string { return "apl" }

type pear struct{}

func (pear) Prefix() string { return "per" }

func TestID(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

	t.Run("ReadsBackWhatItWrote", func(t *testing.T) {
		want := id.New[apple](at)
		got, err := id.Parse[apple](want.String())
		if err != nil || got != want {
			t.Fatalf("Parse(%q) = %v, %v", want, got, err)
		}
		var scanned id.Of[apple]
		v, _ := want.Value()
		if err := scanned.Scan(v); err != nil || scanned != want {
			t.Fatalf("Scan(%v) = %v, %v", v, scanned, err)
		}
	})
	t.Run("RefusesAnotherKind", func(t *testing.T) {
		if _, err := id.Parse[pear](id.New[apple](at).String()); err == nil {
			t.Fatal("an apple passed for a pear")
		}
	})
	t.Run("SortsByTheTimeItWasGiven", func(t *testing.T) {
		early, late := id.New[apple](at), id.New[apple](at.Add(time.Second))
		if early.UUID() >= late.UUID() {
			t.Fatalf("%s is not before %s", early, late)
		}
	})
	t.Run("NoneIsAnEmptyStringInJSON", func(t *testing.T) {
		b, err := json.Marshal(id.Of[apple]{})
		if err != nil || string(b) != `""` {
			t.Fatalf("%s, %v", b, err)
		}
	})
}
