// Package pack writes small records into few bytes: numbers as long as they
// are large, words as far as they differ from the word before.
//
// It is for what is kept a million times and read as a whole. A record carries
// neither names nor types: whoever reads takes the fields in the order in which
// they were written, so a form begins with its version and its reader stays.
package pack

import (
	"encoding/binary"
	"errors"
	"time"
)

// Writer appends to a record.
type Writer struct{ b []byte }

// Bytes is the record.
func (w *Writer) Bytes() []byte { return w.b }

// Byte writes a byte.
func (w *Writer) Byte(b byte) { w.b = append(w.b, b) }

// Count writes a number that is never below zero.
func (w *Writer) Count(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

// Int writes any number.
func (w *Writer) Int(n int64) { w.b = binary.AppendVarint(w.b, n) }

// Text writes a word.
func (w *Writer) Text(s string) {
	w.Count(len(s))
	w.b = append(w.b, s...)
}

// After writes a word as what distinguishes it from the one before.
func (w *Writer) After(before, s string) {
	n := 0
	for n < min(len(before), len(s)) && before[n] == s[n] {
		n++
	}
	w.Count(n)
	w.Text(s[n:])
}

// ID writes an id, zero as a single byte.
func (w *Writer) ID(id [16]byte) {
	if id == [16]byte{} {
		w.Byte(0)
		return
	}
	w.Byte(1)
	w.b = append(w.b, id[:]...)
}

// Time writes an instant to the microsecond, zero as a single byte.
func (w *Writer) Time(t time.Time) {
	if t.IsZero() {
		w.Byte(0)
		return
	}
	w.Byte(1)
	w.Int(t.UnixMicro())
}

// ErrShort says that a record ends before its fields do, or after them.
var ErrShort = errors.New("pack: the record does not have the length of its fields")

// Reader takes the fields of a record. After the first that is not there all
// are zero, and End says so.
type Reader struct {
	b      []byte
	broken bool
}

// Read begins a record.
func Read(b []byte) *Reader { return &Reader{b: b} }

// End is nil when the record held exactly what was taken from it.
func (r *Reader) End() error {
	if r.broken || len(r.b) > 0 {
		return ErrShort
	}
	return nil
}

func (r *Reader) take(n int) []byte {
	if r.broken || n < 0 || n > len(r.b) {
		r.broken = true
		return nil
	}
	taken := r.b[:n]
	r.b = r.b[n:]
	return taken
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// Count reads what [Writer.Count] wrote. Everything counted takes a byte at
// least, so a count is never above what is left: nobody sets memory aside for
// a broken record.
func (r *Reader) Count() int {
	n, size := binary.Uvarint(r.b)
	if r.take(size) == nil || size <= 0 || n > uint64(len(r.b)) {
		r.broken = true
		return 0
	}
	return int(n)
}

// Int reads what [Writer.Int] wrote.
func (r *Reader) Int() int64 {
	n, size := binary.Varint(r.b)
	if r.take(size) == nil || size <= 0 {
		r.broken = true
		return 0
	}
	return n
}

// Text reads what [Writer.Text] wrote.
func (r *Reader) Text() string { return string(r.take(r.Count())) }

// After reads what [Writer.After] wrote after the same word.
func (r *Reader) After(before string) string {
	n, size := binary.Uvarint(r.b)
	if r.take(size) == nil || size <= 0 || n > uint64(len(before)) {
		r.broken = true
		return ""
	}
	return before[:n] + r.Text()
}

// ID reads what [Writer.ID] wrote.
func (r *Reader) ID() (id [16]byte) {
	switch r.Byte() {
	case 0:
	case 1:
		copy(id[:], r.take(len(id)))
	default:
		r.broken = true
	}
	return id
}

// Time reads what [Writer.Time] wrote.
func (r *Reader) Time() time.Time {
	switch r.Byte() {
	case 0:
	case 1:
		return time.UnixMicro(r.Int()).UTC()
	default:
		r.broken = true
	}
	return time.Time{}
}
