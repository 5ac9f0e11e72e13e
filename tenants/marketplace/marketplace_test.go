package marketplace_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/jobs"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

var today = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

// bazaar is a marketplace whose examinations end as the test wants.
type bazaar struct {
	*marketplace.Service
	*pgtest.Database
	t   *testing.T
	dir *registry.Dir

	report  marketplace.Report
	failure error
	changes int
}

func open(t *testing.T) *bazaar {
	t.Helper()
	b := &bazaar{t: t, Database: pgtest.Open(t), report: marketplace.Report{Passed: true, JSON: []byte(`{"checks": []}`)}}
	box, err := secret.NewBox(secret.NewKey())
	b.must(err)
	b.dir, err = registry.CreateDir(t.TempDir(), registry.NewKey(), today)
	b.must(err)
	b.Service = marketplace.New(b.DB, marketplace.Config{
		Box: box, Registry: b.dir, Reserved: []string{"three-level"}, Changed: func(context.Context) { b.changes++ },
		Examine: func(_ context.Context, _ *registry.Package, progress func(marketplace.Progress)) (marketplace.Report, error) {
			progress(marketplace.Progress{Done: 1, Total: 2})
			return b.report, b.failure
		},
	})
	kinds := jobs.NewWorkers()
	jobs.Do(kinds, b.Examine)
	b.Jobs, err = jobs.Open(b.DB, kinds, 0, slog.New(slog.NewTextHandler(io.Discard, nil)))
	b.must(err)
	return b
}

func (b *bazaar) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bazaar) refused(err error, code string) {
	b.t.Helper()
	if err == nil || fault.Of(err).Code != code {
		b.t.Errorf("got %v, want %s", err, code)
	}
}

// developer signs up with a key.
func (b *bazaar) developer(name string) (marketplace.DeveloperID, *registry.Key) {
	b.t.Helper()
	d, _, err := b.SignUp(b.t.Context(), name, name+"@dev.test")
	b.must(err)
	k := registry.NewKey()
	_, err = b.AddKey(b.t.Context(), d.ID, k.Public(), k.Claim(d.ID.String()))
	b.must(err)
	return d.ID, k
}

// program is the smallest file that looks like a static program; serial makes
// it another.
func program(serial string) []byte {
	p := make([]byte, 64+56)
	copy(p, "\x7fELF\x02\x01\x01")
	le := binary.LittleEndian
	le.PutUint16(p[16:], 2)
	le.PutUint16(p[18:], 62)
	le.PutUint64(p[32:], 64)
	le.PutUint16(p[54:], 56)
	le.PutUint16(p[56:], 1)
	le.PutUint32(p[64:], 1)
	return append(p, serial...)
}

func (b *bazaar) pack(k *registry.Key, id, version string) *registry.Package {
	b.t.Helper()
	m := registry.Manifest{ID: id, Version: version, SDK: "go/1.0.0", Runtime: registry.Go, Title: registry.Words{Zh: "按级", En: "Flat"},
		Summary: registry.Words{Zh: "按级给", En: "A rate a level"}}
	p, err := registry.Build(m, map[string][]byte{"schema.json": []byte("{}"), "bin/linux-amd64": program(id + version)})
	b.must(err)
	if k != nil {
		b.must(p.Sign(k))
	}
	return p
}

func (b *bazaar) submit(who marketplace.DeveloperID, p *registry.Package) marketplace.Version {
	b.t.Helper()
	v, err := b.Submit(b.t.Context(), who, p.Bytes())
	b.must(err)
	return v
}

func (b *bazaar) examine(v marketplace.Version) {
	b.t.Helper()
	_, err := b.StartExamination(b.t.Context(), v.Plugin, v.Version)
	b.must(err)
	b.must(b.Examine(b.t.Context(), marketplace.Examination{Version: v.ID}))
}

func (b *bazaar) approve(v marketplace.Version) marketplace.Version {
	b.t.Helper()
	v, err := b.Approve(b.t.Context(), "operator", v.Plugin, v.Version, "")
	b.must(err)
	return v
}

func (b *bazaar) mayChoose(v marketplace.Version, uses bool) (err error) {
	b.t.Helper()
	b.must(b.Within(b.t.Context(), b.A, func(ctx context.Context, tx *pg.Tx) error {
		all, e := marketplace.Standings(ctx, tx)
		if standing, known := all[v.Artifacts["linux-amd64"]]; known {
			err = standing.MayChoose(uses)
		}
		return e
	}))
	return err
}

func TestDevelopers(t *testing.T) {
	t.Parallel()
	b := open(t)
	made, token, err := b.SignUp(t.Context(), " Lin ", "lin@dev.test")
	b.must(err)
	t.Run("AreKnownByTheirTokenAlone", func(t *testing.T) {
		d, err := b.DeveloperOf(t.Context(), token)
		if err != nil || d.ID != made.ID || d.Name != "Lin" {
			t.Error(d, err)
		}
		for _, wrong := range []string{"", "fd_", token + "x", strings.TrimPrefix(token, "fd_"), "fs_" + token[3:]} {
			_, err := b.DeveloperOf(t.Context(), wrong)
			b.refused(err, "session.unknown")
		}
	})
	t.Run("AStolenTokenIsReplaced", func(t *testing.T) {
		next, err := b.NewToken(t.Context(), made.ID)
		b.must(err)
		_, err = b.DeveloperOf(t.Context(), token)
		b.refused(err, "session.unknown")
		if d, err := b.DeveloperOf(t.Context(), next); err != nil || d.ID != made.ID {
			t.Error(d, err)
		}
	})
	t.Run("AreNotReadableInAStolenDatabase", func(t *testing.T) {
		if n := b.Int(t, `select count(*) from marketplace_developer d where d::text like '%' || $1 || '%' or position(convert_to('lin@dev.test', 'utf8') in contact_sealed) > 0`, token[3:]); n != 0 {
			t.Error("the token or the contact is in the table")
		}
		if contact, err := b.Contact(t.Context(), made.ID); err != nil || contact != "lin@dev.test" {
			t.Error(contact, err)
		}
	})
	t.Run("RegisterOnlyKeysTheyHold", func(t *testing.T) {
		k, other := registry.NewKey(), registry.NewKey()
		_, err := b.AddKey(t.Context(), made.ID, k.Public(), other.Claim(made.ID.String()))
		b.refused(err, "marketplace.key_proof")
		for range 2 {
			if _, err := b.AddKey(t.Context(), made.ID, k.Public(), k.Claim(made.ID.String())); err != nil {
				t.Error(err)
			}
		}
		second, _ := b.developer("second")
		_, err = b.AddKey(t.Context(), second, k.Public(), k.Claim(second.String()))
		b.refused(err, "marketplace.key_taken")
	})
	t.Run("CannotFloodUs", func(t *testing.T) {
		b := open(t)
		who, k := b.developer("lin")
		for range 59 {
			_, _, err := b.SignUp(t.Context(), "x", "x@x")
			b.must(err)
		}
		_, _, err := b.SignUp(t.Context(), "x", "x@x")
		b.refused(err, "marketplace.busy")
		for i := range 10 {
			b.submit(who, b.pack(k, "flat", fmt.Sprintf("1.0.%d", i)))
		}
		_, err = b.Submit(t.Context(), who, b.pack(k, "flat", "2.0.0").Bytes())
		b.refused(err, "marketplace.queue_full")
	})
}

func TestSubmit(t *testing.T) {
	t.Parallel()
	b := open(t)
	who, k := b.developer("lin")
	other, otherKey := b.developer("wang")
	v := b.submit(who, b.pack(k, "flat", "1.0.0"))
	t.Run("TheSamePackageAgainChangesNothing", func(t *testing.T) {
		if again := b.submit(who, b.pack(k, "flat", "1.0.0")); again.ID != v.ID || again.State != marketplace.Submitted {
			t.Errorf("got %+v", again)
		}
	})
	for name, c := range map[string]struct {
		who  marketplace.DeveloperID
		p    *registry.Package
		code string
	}{
		"AnUnsignedPackage":      {who, b.pack(nil, "flat", "1.1.0"), "marketplace.not_signer"},
		"AStrangersSignature":    {who, b.pack(registry.NewKey(), "flat", "1.1.0"), "marketplace.not_signer"},
		"AnothersPackage":        {other, b.pack(k, "flat", "1.1.0"), "marketplace.not_signer"},
		"AnothersName":           {other, b.pack(otherKey, "flat", "1.1.0"), "marketplace.name_taken"},
		"APlatformsName":         {who, b.pack(k, "three-level", "9.0.0"), "marketplace.name_taken"},
		"OtherBytesOfTheVersion": {who, b.repacked(k), "registry.changed_bytes"},
	} {
		t.Run(name+"IsRefused", func(t *testing.T) {
			_, err := b.Submit(t.Context(), c.who, c.p.Bytes())
			b.refused(err, c.code)
		})
	}
	t.Run("NoiseIsRefused", func(t *testing.T) {
		_, err := b.Submit(t.Context(), who, []byte("noise"))
		b.refused(err, "registry.unreadable")
	})
	t.Run("ARevokedKeySignsNothing", func(t *testing.T) {
		b.must(b.RevokeKey(t.Context(), other, otherKey.Public().ID(), "lost"))
		_, err := b.Submit(t.Context(), other, b.pack(otherKey, "mine", "1.0.0").Bytes())
		b.refused(err, "marketplace.not_signer")
		b.refused(b.RevokeKey(t.Context(), other, k.Public().ID(), "not mine"), "marketplace.key_unknown")
	})
	t.Run("ADeveloperSeesTheirOwnAlone", func(t *testing.T) {
		_, err := b.Version(t.Context(), other, "flat", "1.0.0")
		b.refused(err, "marketplace.unknown")
		list, err := b.Versions(t.Context(), marketplace.Filter{Developer: other, Limit: 10})
		if err != nil || len(list) != 0 {
			t.Error(list, err)
		}
	})
}

// repacked is version 1.0.0 of flat with another program.
func (b *bazaar) repacked(k *registry.Key) *registry.Package {
	b.t.Helper()
	m := b.pack(nil, "flat", "1.0.0").Manifest
	p, err := registry.Build(m, map[string][]byte{"schema.json": []byte("{}"), "bin/linux-amd64": program("other")})
	b.must(err)
	b.must(p.Sign(k))
	return p
}

func TestReview(t *testing.T) {
	t.Parallel()
	t.Run("ApprovedMeansSignedIntoTheRegistry", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		who, k := b.developer("lin")
		v := b.submit(who, b.pack(k, "flat", "1.0.0"))
		_, err := b.Approve(t.Context(), "operator", "flat", "1.0.0", "")
		b.refused(err, "marketplace.not_examined")
		b.examine(v)
		for range 2 { // twice is once
			if v = b.approve(v); v.State != marketplace.Approved || v.Reviewer != "operator" {
				t.Errorf("got %+v", v)
			}
		}
		index, err := b.dir.Index()
		b.must(err)
		e, err := index.Find("flat", "1.0.0")
		if err != nil || e.Package != v.Package || e.Review.Report != registry.Hash(b.report.JSON) || b.changes == 0 {
			t.Errorf("got %+v, %v", e, err)
		}
		stored, err := b.Version(t.Context(), who, "flat", "1.0.0")
		if err != nil || registry.Hash(stored.Report) != e.Review.Report {
			t.Error("the report that is kept is not the one that was signed")
		}
	})
	t.Run("WhatFailedIsNotApproved", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		b.report.Passed = false
		who, k := b.developer("lin")
		v := b.submit(who, b.pack(k, "flat", "1.0.0"))
		b.examine(v)
		_, err := b.Approve(t.Context(), "operator", "flat", "1.0.0", "")
		b.refused(err, "marketplace.not_passed")
		b.report.Passed = true // examined again, by a better platform
		b.examine(v)
		b.approve(v)
	})
	t.Run("AnExaminationThatCannotBeHeldIsTriedAgain", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		b.failure = errors.New("no room")
		who, k := b.developer("lin")
		v := b.submit(who, b.pack(k, "flat", "1.0.0"))
		_, err := b.StartExamination(t.Context(), "flat", "1.0.0")
		b.must(err)
		if b.Examine(t.Context(), marketplace.Examination{Version: v.ID}) == nil {
			t.Error("the job counts as done")
		}
		if v, _ = b.Version(t.Context(), who, "flat", "1.0.0"); !v.Progress.Running || v.Progress.Done != 1 || v.Report != nil {
			t.Errorf("got %+v", v.Progress)
		}
		_, err = b.Approve(t.Context(), "operator", "flat", "1.0.0", "")
		b.refused(err, "marketplace.not_examined")
	})
	t.Run("TheJobIsThereExactlyWhenTheVersionIsInReview", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		who, k := b.developer("lin")
		b.submit(who, b.pack(k, "flat", "1.0.0"))
		_, err := b.StartExamination(t.Context(), "flat", "1.0.0")
		b.must(err)
		_, err = b.StartExamination(t.Context(), "flat", "9.9.9")
		b.refused(err, "marketplace.unknown")
		if n := b.Int(t, `select count(*) from river_job where kind = 'marketplace.examine'`); n != 1 {
			t.Errorf("%d jobs", n)
		}
	})
	t.Run("RejectedIsOverAndSaysWhy", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		who, k := b.developer("lin")
		v := b.submit(who, b.pack(k, "flat", "1.0.0"))
		b.examine(v)
		v, err := b.Reject(t.Context(), "operator", "flat", "1.0.0", "too greedy")
		b.must(err)
		if v.State != marketplace.Rejected || v.Reason != "too greedy" {
			t.Errorf("got %+v", v)
		}
		_, err = b.Approve(t.Context(), "operator", "flat", "1.0.0", "")
		b.refused(err, "marketplace.not_waiting")
		_, err = b.StartExamination(t.Context(), "flat", "1.0.0")
		b.refused(err, "marketplace.not_waiting")
		b.must(b.Examine(t.Context(), marketplace.Examination{Version: v.ID})) // a late job changes nothing
	})
	t.Run("OneProgramIsOneVersions", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		who, k := b.developer("lin")
		first := b.submit(who, b.pack(k, "flat", "1.0.0"))
		b.examine(first)
		b.approve(first)
		thief, thiefs := b.developer("thief")
		m := b.pack(nil, "copy", "1.0.0").Manifest
		p, err := registry.Build(m, map[string][]byte{"schema.json": []byte("{}"), "bin/linux-amd64": program("flat1.0.0")})
		b.must(err)
		b.must(p.Sign(thiefs))
		copied := b.submit(thief, p)
		if err := b.mayChoose(first, false); err != nil {
			t.Errorf("sending in somebody's program says something about it: %v", err)
		}
		b.examine(copied)
		_, err = b.Approve(t.Context(), "operator", "copy", "1.0.0", "")
		b.refused(err, "marketplace.same_program")
	})
	t.Run("TwoOperatorsApproveOnce", func(t *testing.T) {
		t.Parallel()
		b := open(t)
		who, k := b.developer("lin")
		v := b.submit(who, b.pack(k, "flat", "1.0.0"))
		b.examine(v)
		var all sync.WaitGroup
		var mu sync.Mutex // of b.changes
		b.Service = marketplace.New(b.DB, marketplace.Config{Registry: b.dir, Changed: func(context.Context) { mu.Lock(); b.changes++; mu.Unlock() }})
		for range 4 {
			all.Go(func() {
				if _, err := b.Approve(t.Context(), "operator", "flat", "1.0.0", ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		index, err := b.dir.Index()
		b.must(err)
		if index.Log.Size != 4 { // root, key, publish, review
			t.Errorf("%d lines in the log", index.Log.Size)
		}
	})
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	b := open(t)
	who, k := b.developer("lin")
	v := b.submit(who, b.pack(k, "flat", "1.0.0"))
	_, err := b.Revoke(t.Context(), "flat", "1.0.0", registry.StopNow, "x")
	b.refused(err, "marketplace.not_waiting")
	b.examine(v)
	b.approve(v)
	_, err = b.Revoke(t.Context(), "flat", "1.0.0", "gone", "x")
	b.refused(err, "marketplace.level")
	for _, c := range []struct {
		level        registry.Level
		newly, again string // the refusals; "" may
	}{
		{registry.NoNewInstalls, "marketplace.no_new_installs", ""},
		{registry.Drain, "marketplace.draining", "marketplace.draining"},
		{registry.StopNow, "marketplace.stopped", "marketplace.stopped"},
		{registry.NotRevoked, "", ""},
	} {
		t.Run(string(c.level), func(t *testing.T) {
			v, err := b.Revoke(t.Context(), "flat", "1.0.0", c.level, "because")
			b.must(err)
			for uses, want := range map[bool]string{false: c.newly, true: c.again} {
				got := ""
				if err := b.mayChoose(v, uses); err != nil {
					got = fault.Of(err).Code
				}
				if got != want {
					t.Errorf("a store that uses it (%v): %q, want %q", uses, got, want)
				}
			}
			index, err := b.dir.Index()
			b.must(err)
			if e, _ := index.Find("flat", "1.0.0"); e.Revocation.Level != c.level {
				t.Errorf("the registry says %s", e.Revocation.Level)
			}
		})
	}
}
