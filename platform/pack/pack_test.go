package pack

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// field is one of a record: how it is written, and whether it comes back.
type field struct {
	write func(*Writer)
	back  func(*Reader) bool
}

func anyField(t *rapid.T) field {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "tea", "tea/green", "茶", "茶叶"}))
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		n := rapid.Int64().Draw(t, "int")
		return field{func(w *Writer) { w.Int(n) }, func(r *Reader) bool { return r.Int() == n }}
	case 1:
		s := text.Draw(t, "text")
		return field{func(w *Writer) { w.Text(s) }, func(r *Reader) bool { return r.Text() == s }}
	case 2:
		before, s := text.Draw(t, "before"), text.Draw(t, "after")
		return field{func(w *Writer) { w.After(before, s) }, func(r *Reader) bool { return r.After(before) == s }}
	case 3:
		var id [16]byte
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "id"))
		return field{func(w *Writer) { w.ID(id) }, func(r *Reader) bool { return r.ID() == id }}
	case 4:
		at := time.UnixMicro(rapid.Int64Range(-1<<55, 1<<55).Draw(t, "time")).UTC()
		return field{func(w *Writer) { w.Time(at) }, func(r *Reader) bool { return r.Time().Equal(at) }}
	}
	b := rapid.Byte().Draw(t, "byte")
	return field{func(w *Writer) { w.Byte(b) }, func(r *Reader) bool { return r.Byte() == b }}
}

func TestRecord(t *testing.T) {
	t.Run("ComesBackAsItWasWritten_AndNoShorterOneDoes", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			var w Writer
			fields := rapid.SliceOfN(rapid.Custom(anyField), 1, 8).Draw(t, "fields")
			for _, f := range fields {
				f.write(&w)
			}
			r := Read(w.Bytes())
			for i, f := range fields {
				if !f.back(r) {
					t.Fatalf("field %d is another one", i)
				}
			}
			if err := r.End(); err != nil {
				t.Fatal(err)
			}
			short := Read(w.Bytes()[:rapid.IntRange(0, len(w.Bytes())-1).Draw(t, "cut")])
			for _, f := range fields {
				f.back(short)
			}
			if short.End() == nil {
				t.Fatal("a record that was cut is whole")
			}
		})
	})
	t.Run("ANoughtIsAByte", func(t *testing.T) {
		var w Writer
		w.ID([16]byte{})
		w.Time(time.Time{})
		w.Text("")
		w.Int(0)
		if len(w.Bytes()) != 4 {
			t.Fatalf("%d bytes", len(w.Bytes()))
		}
	})
	t.Run("NothingIsSetAsideForABrokenRecord", func(t *testing.T) {
		r := Read([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
		if r.Count() != 0 || r.End() == nil {
			t.Fatal("a count above what is left was read")
		}
	})
}
