// Package wechatsim is a WeChat Pay server for transfer bills that pays with
// nothing: 模拟. It keeps its own book, speaks the signed protocol, and does
// wrong on request.
//
// It knows nothing of how the product signs or decides: it is written from the
// protocol's description, with the standard library's cryptography.
package wechatsim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Bill is one transfer in the simulator's book.
type Bill struct {
	MchID      string
	AppID      string
	OutBillNo  string
	BillNo     string
	OpenID     string
	UserName   string // decrypted
	Amount     int64
	Remark     string
	Scene      string
	NotifyURL  string
	State      string
	FailReason string
	Package    string
	CreatedAt  time.Time
	UpdatedAt  time.Time

	hidden    int       // queries that will still say NOT_FOUND
	stubborn  bool      // the payee never confirms
	raced     bool      // the payee confirms while the cancelling is at work
	notified  int       // how often a notice comes; below zero: never
	shortWait bool      // accepted, waits for the merchant's balance
	resumes   time.Time // when it goes on that is made to wait
}

// Flow is one line of the merchant's fund-flow bill.
type Flow struct {
	At      time.Time
	MchID   string
	BillNo  string
	FlowNo  string
	Name    string
	Out     bool
	Amount  int64
	Balance int64
	Voucher string
}

// Merchant is an account at the simulator.
type Merchant struct {
	MchID      string
	AppID      string
	SerialNo   string
	PublicKey  *rsa.PublicKey // of the merchant
	APIv3Key   string
	Balance    int64
	PublicMode bool // notices are signed with the public key instead of a certificate
}

// Server is the simulator; it is an [http.Handler].
type Server struct {
	Clock    func() time.Time           // of the book; signatures use real time
	Faults   func(Call) Fault           // nil: none
	Names    func(openid string) string // the payee's real name, "" when anything is right
	Confirms bool                       // payees confirm at once
	Limit    int64                      // of one transfer; 0 is 2,000,000

	// Permits tells whether a notice may be sent to an address; nil permits all.
	Permits func(url string) bool
	// Changed is told after every change of the book, to keep it.
	Changed func()

	mu        sync.Mutex
	merchants map[string]*Merchant
	bills     map[string]*Bill // by merchant and out_bill_no
	order     []*Bill
	flows     []Flow
	certs     []platformCert // the newest last
	public    platformKey
	outbox    []notice
	nonces    map[string]time.Time
	calls     map[string]int
	serial    int
	client    *http.Client
	mux       *http.ServeMux

	once   sync.Once
	nobody *rsa.PrivateKey
}

type platformKey struct {
	id  string
	key *rsa.PrivateKey
}

type platformCert struct {
	platformKey
	pem     string
	from    time.Time
	until   time.Time
	retired bool // no longer offered, nor taken for encryption
}

// New makes a simulator with a public key and one platform certificate. Keys
// that are handed over, in this order, need not be made.
func New(keys ...*rsa.PrivateKey) (*Server, error) {
	s := &Server{
		Clock: time.Now, merchants: map[string]*Merchant{}, bills: map[string]*Bill{}, nonces: map[string]time.Time{}, calls: map[string]int{},
		client: &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	for len(keys) < 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	sum := sha256.Sum256(keys[0].PublicKey.N.Bytes())
	s.public = platformKey{"PUB_KEY_ID_SIM" + strings.ToUpper(hex.EncodeToString(sum[:12])), keys[0]}
	c, err := certify(keys[1], time.Now())
	s.certs = []platformCert{c}
	s.routes()
	return s, err
}

// Open gives a merchant an account with some money.
func (s *Server) Open(m Merchant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.merchants[m.MchID] = &m
}

// TopUp puts money into a merchant's account; transfers that waited for it go on.
func (s *Server) TopUp(mchID string, amount int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.merchants[mchID]
	m.Balance += amount
	s.flow(m, "", "充值", false, amount, "")
	s.tick()
	s.changed()
}

// PublicKey is what a merchant in public-key mode is given.
func (s *Server) PublicKey() (id, publicPEM string) {
	der, err := x509.MarshalPKIXPublicKey(&s.public.key.PublicKey)
	if err != nil {
		panic(err) // a key we have just made
	}
	return s.public.id, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// Rotate begins to sign with a new platform certificate. With retire, the old
// ones are at once neither offered nor taken for encryption.
func (s *Server) Rotate(retire bool) error {
	c, err := newCertificate(time.Now())
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if retire {
		for i := range s.certs {
			s.certs[i].retired = true
		}
	}
	s.certs = append(s.certs, c)
	return nil
}

// Confirm is the payee pressing the button, by our number or by package_info.
func (s *Server) Confirm(which string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	for _, b := range s.order {
		if b.OutBillNo != which && b.Package != which {
			continue
		}
		if b.State != waitConfirm {
			return fmt.Errorf("wechatsim: the transfer is %s", b.State)
		}
		s.finish(b, success, "")
		s.changed()
		return nil
	}
	return fmt.Errorf("wechatsim: no such transfer")
}

// ConfirmAll lets every payee confirm who ever will.
func (s *Server) ConfirmAll() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	for _, b := range s.order {
		if b.State == waitConfirm && !b.stubborn {
			s.finish(b, success, "")
			n++
		}
	}
	if n > 0 {
		s.changed()
	}
	return n
}

// Bills are the book's transfers, in the order of their coming.
func (s *Server) Bills() []Bill {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	all := make([]Bill, len(s.order))
	for i, b := range s.order {
		all[i] = *b
	}
	return all
}

// Flows are the lines of a merchant's fund-flow bill.
func (s *Server) Flows(mchID string) (lines []Flow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	for _, f := range s.flows {
		if f.MchID == mchID {
			lines = append(lines, f)
		}
	}
	return lines
}

// PaidOut is what reached payees, by our number.
func (s *Server) PaidOut(mchID string) map[string]int64 {
	paid := map[string]int64{}
	for _, f := range s.Flows(mchID) {
		switch {
		case f.Voucher == "":
		case f.Out:
			paid[f.Voucher] += f.Amount
		default:
			paid[f.Voucher] -= f.Amount
		}
	}
	for no, amount := range paid {
		if amount == 0 {
			delete(paid, no)
		}
	}
	return paid
}

// Balance is what a merchant has left.
func (s *Server) Balance(mchID string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.merchants[mchID].Balance
}

func (s *Server) changed() {
	if s.Changed != nil {
		s.Changed()
	}
}
