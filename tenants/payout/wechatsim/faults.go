package wechatsim

// Call is one request, as the fault script sees it.
type Call struct {
	Op        string // "transfer", "query", "cancel", "bill"
	OutBillNo string
	Nth       int // of this operation on this number, from 1
}

// Fault is what the simulator does wrong with a call.
type Fault string

const (
	None               Fault = ""
	DropAfter          Fault = "drop_after"          // does it and drops the answer
	DropBefore         Fault = "drop_before"         // hangs up without doing it
	ErrorAfter         Fault = "error_after"         // does it and answers 500
	ErrorBefore        Fault = "error_before"        // answers 500 without doing it
	Slow               Fault = "slow"                // does it and answers too late
	UnknownCode        Fault = "unknown_code"        // does it and answers an error nobody has heard of
	UnknownState       Fault = "unknown_state"       // does it and answers a state nobody has heard of
	RateLimit          Fault = "rate_limit"          // answers 429 without doing it
	AccountShort       Fault = "account_short"       // answers NOT_ENOUGH without doing it
	ShortWait          Fault = "short_wait"          // takes it and lets it wait for money
	WrongSignature     Fault = "wrong_signature"     // does it and signs the answer wrongly
	Truncated          Fault = "truncated"           // does it and cuts the answer short
	NotFoundFirst      Fault = "not_found_first"     // does it, drops the answer, and denies it when first asked
	NeverConfirms      Fault = "never_confirms"      // the payee does not confirm: it expires a day later
	CancelRaces        Fault = "cancel_races"        // the payee confirms while it is being cancelled
	PayeeRefused       Fault = "payee_refused"       // the transfer fails at the payee
	DuplicateNotices   Fault = "duplicate_notices"   // each notice comes three times
	ReorderedNotices   Fault = "reordered_notices"   // an older notice comes after the last
	EarlyNotice        Fault = "early_notice"        // the payee confirms and the notice comes before the answer
	ForgedNotice       Fault = "forged_notice"       // somebody else says it failed
	LostNotices        Fault = "lost_notices"        // no notice ever comes
	RotateCertificates Fault = "rotate_certificates" // a new certificate signs, and the old is no longer taken
)

// All are the faults of one transfer; a script draws from them.
var All = []Fault{
	DropAfter, DropBefore, ErrorAfter, ErrorBefore, Slow, UnknownCode, UnknownState, RateLimit, AccountShort, ShortWait, WrongSignature, Truncated,
	NotFoundFirst, NeverConfirms, CancelRaces, PayeeRefused, DuplicateNotices, ReorderedNotices, EarlyNotice, ForgedNotice, LostNotices, RotateCertificates,
}
