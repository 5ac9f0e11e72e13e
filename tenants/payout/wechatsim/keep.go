package wechatsim

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// kept is the simulator on disk: its keys, its merchants, its book.
type kept struct {
	Keys      [][]byte
	Merchants []keptMerchant
	Bills     []keptBill
	Flows     []Flow
	Serial    int
}

type keptMerchant struct {
	Merchant
	Key []byte
}

type keptBill struct {
	Bill
	ShortWait bool
	Notified  int
}

// Restore is a simulator as a file has kept it, or a new one; it goes on
// keeping itself there.
func Restore(path string) (*Server, error) {
	raw, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var k kept
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &k); err != nil {
			return nil, fmt.Errorf("wechatsim: %s: %w", path, err)
		}
	}
	var keys []*rsa.PrivateKey
	for _, der := range k.Keys {
		key, err := x509.ParsePKCS1PrivateKey(der)
		if err != nil {
			return nil, fmt.Errorf("wechatsim: %s: %w", path, err)
		}
		keys = append(keys, key)
	}
	s, err := New(keys...)
	if err != nil {
		return nil, err
	}
	s.serial, s.flows = k.Serial, k.Flows
	for _, m := range k.Merchants {
		if m.PublicKey, err = x509.ParsePKCS1PublicKey(m.Key); err != nil {
			return nil, fmt.Errorf("wechatsim: %s: %w", path, err)
		}
		merchant := m.Merchant
		s.merchants[m.MchID] = &merchant
	}
	for _, b := range k.Bills {
		bill := b.Bill
		bill.shortWait, bill.notified = b.ShortWait, b.Notified
		s.bills[bill.MchID+"/"+bill.OutBillNo] = &bill
		s.order = append(s.order, &bill)
	}
	s.Changed = func() { _ = s.keep(path) } // what cannot be kept is pretended money
	return s, s.keep(path)
}

// keep writes the book down. The simulator is locked, or not in use yet.
func (s *Server) keep(path string) error {
	k := kept{Flows: s.flows, Serial: s.serial}
	for _, key := range []*rsa.PrivateKey{s.public.key, s.certs[0].key} {
		k.Keys = append(k.Keys, x509.MarshalPKCS1PrivateKey(key))
	}
	for _, m := range s.merchants {
		keep := keptMerchant{Merchant: *m, Key: x509.MarshalPKCS1PublicKey(m.PublicKey)}
		keep.PublicKey = nil
		k.Merchants = append(k.Merchants, keep)
	}
	for _, b := range s.order {
		k.Bills = append(k.Bills, keptBill{*b, b.shortWait, b.notified})
	}
	raw, err := json.Marshal(k)
	if err != nil {
		return err
	}
	next := path + ".next"
	if err := os.WriteFile(next, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// Find shows a transfer that waits for its payee, by package_info.
func (s *Server) Find(packageInfo string) (Bill, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	for _, b := range s.order {
		if b.Package != "" && b.Package == packageInfo {
			return *b, true
		}
	}
	return Bill{}, false
}

// Run delivers notices until done is closed.
func (s *Server) Run(done <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			s.Deliver()
		}
	}
}
