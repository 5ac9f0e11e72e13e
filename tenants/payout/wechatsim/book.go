package wechatsim

import (
	"fmt"
	"time"
)

// States of a transfer, in WeChat's words.
const (
	accepted    = "ACCEPTED"
	processing  = "PROCESSING"
	waitConfirm = "WAIT_USER_CONFIRM"
	success     = "SUCCESS"
	fail        = "FAIL"
	canceling   = "CANCELING"
	cancelled   = "CANCELLED"
)

func final(state string) bool { return state == success || state == fail || state == cancelled }

// expiry is how long a payee may take to confirm.
const expiry = 24 * time.Hour

// place enters a new transfer, and takes its money from the merchant at once.
func (s *Server) place(m *Merchant, b Bill) *Bill {
	now := s.Clock()
	s.serial++
	b.BillNo = fmt.Sprintf("1330%08d%s%012d", s.serial, now.Format("20060102"), s.serial)
	b.CreatedAt, b.UpdatedAt = now, now
	kept := &b
	s.bills[m.MchID+"/"+b.OutBillNo] = kept
	s.order = append(s.order, kept)
	s.fund(m, kept)
	return kept
}

// fund takes a transfer's money, or lets it wait for the merchant's.
func (s *Server) fund(m *Merchant, b *Bill) {
	if m.Balance < b.Amount {
		b.State, b.shortWait = processing, true
		return
	}
	b.shortWait = false
	m.Balance -= b.Amount
	s.flow(m, b.BillNo, "商家转账", true, b.Amount, b.OutBillNo)
	if real := s.name(b.OpenID); real != "" && b.UserName != "" && real != b.UserName {
		s.finish(b, fail, "NAME_NOT_CORRECT")
		return
	}
	b.State, b.Package = waitConfirm, "SIM"+randomHex(16)
	b.UpdatedAt = s.Clock()
	if s.Confirms && !b.stubborn && !b.raced {
		s.finish(b, success, "")
	}
}

func (s *Server) name(openid string) string {
	if s.Names == nil {
		return ""
	}
	return s.Names(openid)
}

// finish ends a transfer and writes the notice. What was not paid goes back to
// the merchant.
func (s *Server) finish(b *Bill, state, reason string) {
	if final(b.State) {
		return
	}
	b.State, b.FailReason, b.UpdatedAt, b.Package = state, reason, s.Clock(), ""
	if m := s.merchants[b.MchID]; state != success && !b.shortWait {
		m.Balance += b.Amount
		s.flow(m, b.BillNo, "商家转账退回", false, b.Amount, b.OutBillNo)
	}
	s.notify(b)
}

// tick does what time has made due: transfers nobody confirmed in a day go
// back, cancelling ends, and what waited for money is funded.
func (s *Server) tick() {
	now := s.Clock()
	for _, b := range s.order {
		switch {
		case b.State == processing && b.shortWait:
			if m := s.merchants[b.MchID]; m.Balance >= b.Amount {
				s.fund(m, b)
			}
		case b.State == processing && !b.resumes.IsZero() && !now.Before(b.resumes):
			b.State, b.resumes = waitConfirm, time.Time{}
			if s.Confirms && !b.stubborn {
				s.finish(b, success, "")
			}
		case b.State == waitConfirm && now.Sub(b.CreatedAt) >= expiry:
			s.finish(b, fail, "OVERDUE_CLOSE")
		case b.State == canceling && now.Sub(b.UpdatedAt) >= time.Second:
			if b.raced {
				s.finish(b, success, "") // the payee was quicker
			} else {
				s.finish(b, cancelled, "")
			}
		}
	}
	for nonce, at := range s.nonces {
		if time.Since(at) > 10*time.Minute {
			delete(s.nonces, nonce)
		}
	}
}

func (s *Server) flow(m *Merchant, billNo, name string, out bool, amount int64, voucher string) {
	s.flows = append(s.flows, Flow{At: s.Clock(), MchID: m.MchID, BillNo: billNo, FlowNo: fmt.Sprintf("4200%010d", len(s.flows)+1),
		Name: name, Out: out, Amount: amount, Balance: m.Balance, Voucher: voucher})
}
