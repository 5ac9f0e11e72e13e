// Package fault is the one error that people and machines may see.
//
// A fault has a code for machines, a sentence for people in Chinese and in
// English, the field that is to blame, and whose fault it is. Its cause is for
// us alone and never leaves the server. Slices declare theirs in faults.go:
//
//	var errInDebt = fault.New(fault.Conflict, "withdrawal.in_debt",
//		"欠款 {debt} 尚未扣回，暂不能提现", "{debt} is still owed, so nothing can be withdrawn")
//
//	return errInDebt.With("debt", owed).At("amount")
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind decides the HTTP status; only platform/httpapi translates it.
type Kind int8

const (
	Internal     Kind = iota // 500: a bug or a broken dependency
	Invalid                  // 422: the request is understood and wrong
	Malformed                // 400: the request cannot be read
	Unauthorized             // 401: who are you
	Forbidden                // 403: not with this role
	NotFound                 // 404: unknown, or another store's
	Conflict                 // 409: not in this state
	TooLarge                 // 413
	TooMany                  // 429
	Unavailable              // 503: try again later
)

// Blame tells whose fault it is, so that the right person is woken.
type Blame int8

const (
	Caller Blame = iota
	Merchant
	Plugin
	Provider
	Us
)

// Error is immutable; With, At and Because return changed copies.
type Error struct {
	Kind  Kind
	Code  string // "withdrawal.in_debt"
	Zh    string // sentence with {name} holes
	En    string
	Field string // JSON path of the field to blame: "lines[0].qty"
	Blame Blame

	args  []string // name, value, name, value …
	cause error
}

// New declares a fault. Internal faults are ours, the rest the caller's,
// unless By says otherwise.
func New(kind Kind, code, zh, en string) *Error {
	e := &Error{Kind: kind, Code: code, Zh: zh, En: en}
	if kind == Internal {
		e.Blame = Us
	}
	return e
}

// By says whose fault it is.
func (e *Error) By(b Blame) *Error { c := *e; c.Blame = b; return &c }

// At names the field.
func (e *Error) At(field string) *Error { c := *e; c.Field = field; return &c }

// With fills a hole of the sentence.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.args = append(append([]string(nil), e.args...), name, fmt.Sprint(value))
	return &c
}

// Because keeps the cause for the log.
func (e *Error) Because(cause error) *Error { c := *e; c.cause = cause; return &c }

// Args are the values of the holes by name.
func (e *Error) Args() map[string]string {
	m := make(map[string]string, len(e.args)/2)
	for i := 0; i+1 < len(e.args); i += 2 {
		m[e.args[i]] = e.args[i+1]
	}
	return m
}

// Sentence is the message in the language: "zh" and its regions, else English.
func (e *Error) Sentence(lang string) string {
	s := e.En
	if strings.HasPrefix(strings.ToLower(lang), "zh") {
		s = e.Zh
	}
	for i := 0; i+1 < len(e.args); i += 2 {
		s = strings.ReplaceAll(s, "{"+e.args[i]+"}", e.args[i+1])
	}
	return s
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Sentence("en")
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare codes, so that a filled-in copy is still the
// declared fault.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Of finds the fault in a chain of errors. What is not a fault is internal.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return errInternal.Because(err)
}

var errInternal = New(Internal, "internal", "服务器出错了，请稍后再试", "something went wrong on our side; please try again later")
