package wechatsim

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"
)

// notice waits to be sent. A forged one is signed with a key of nobody.
type notice struct {
	to, mch string
	bill    Bill
	forged  bool
	tries   int
	due     time.Time
}

// notify writes down that a transfer has ended.
func (s *Server) notify(b *Bill) {
	if b.NotifyURL == "" || b.notified < 0 {
		return
	}
	for range max(1, b.notified) {
		s.outbox = append(s.outbox, notice{to: b.NotifyURL, mch: b.MchID, bill: *b})
	}
}

func (s *Server) spoilNotices(b *Bill, f Fault) {
	switch f {
	case DuplicateNotices:
		b.notified = 3
	case LostNotices:
		b.notified = -1
	case ReorderedNotices, ForgedNotice:
		older := *b
		older.State = processing
		if f == ForgedNotice {
			older.State = fail
		}
		s.outbox = append(s.outbox, notice{to: b.NotifyURL, mch: b.MchID, bill: older, forged: f == ForgedNotice, due: s.Clock().Add(2 * time.Minute)})
	}
}

// Deliver sends the notices that are due and returns how many were taken. What
// is not taken comes again, up to fifteen times.
func (s *Server) Deliver() (taken int) {
	s.mu.Lock()
	s.tick()
	now := s.Clock()
	var due []notice
	s.outbox = slices.DeleteFunc(s.outbox, func(n notice) bool {
		if n.due.After(now) {
			return false
		}
		due = append(due, n)
		return true
	})
	s.mu.Unlock()
	for _, n := range due {
		if s.send(n) {
			taken++
			continue
		}
		if n.tries++; n.tries < 15 && !n.forged {
			n.due = now.Add(time.Duration(n.tries) * 15 * time.Second)
			s.mu.Lock()
			s.outbox = append(s.outbox, n)
			s.mu.Unlock()
		}
	}
	return taken
}

// Waiting is how many notices have not been taken yet.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.outbox)
}

func (s *Server) send(n notice) bool {
	if s.Permits != nil && !s.Permits(n.to) {
		return false
	}
	body, header, err := s.written(n)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.to, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(r)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode < 300
}

// written is a notice as it goes over the wire.
func (s *Server) written(n notice) ([]byte, http.Header, error) {
	s.mu.Lock()
	m := s.merchants[n.mch]
	key := s.certs[len(s.certs)-1].platformKey
	if m.PublicMode {
		key = s.public
	}
	s.mu.Unlock()
	if n.forged {
		key.key = s.stranger() // under the platform's serial
	}
	b := n.bill
	plain, err := json.Marshal(map[string]any{"mchid": b.MchID, "out_bill_no": b.OutBillNo, "transfer_bill_no": b.BillNo, "state": b.State,
		"transfer_amount": b.Amount, "fail_reason": b.FailReason, "openid": b.OpenID, "create_time": rfc3339(b.CreatedAt), "update_time": rfc3339(b.UpdatedAt)})
	if err != nil {
		return nil, nil, err
	}
	nonce, ciphertext, err := seal(m.APIv3Key, "mch_payment", plain)
	if err != nil {
		return nil, nil, err
	}
	body, err := json.Marshal(map[string]any{
		"id": "EV-" + randomHex(16), "create_time": rfc3339(time.Now()), "resource_type": "encrypt-resource", "event_type": "MCHTRANSFER.BILL.FINISHED",
		"summary":  "商家转账单据终态通知（模拟）",
		"resource": map[string]string{"original_type": "mch_payment", "algorithm": "AEAD_AES_256_GCM", "ciphertext": ciphertext, "nonce": nonce, "associated_data": "mch_payment"},
	})
	return body, key.signed(body), err
}

// stranger is a key of nobody.
func (s *Server) stranger() *rsa.PrivateKey {
	s.once.Do(func() { s.nobody, _ = rsa.GenerateKey(rand.Reader, 2048) })
	return s.nobody
}

// Notice is the notice of a transfer that has ended, as it goes over the wire.
func (s *Server) Notice(outBillNo string) (http.Header, []byte, error) {
	for _, b := range s.Bills() {
		if b.OutBillNo == outBillNo && final(b.State) {
			body, header, err := s.written(notice{to: b.NotifyURL, mch: b.MchID, bill: b})
			return header, body, err
		}
	}
	return nil, nil, errors.New("wechatsim: it has not ended")
}
