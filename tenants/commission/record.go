package commission

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// What was asked, what was answered and what was granted are stored as one
// record, compressed over a dictionary of what decisions have in common. Each frame
// names its dictionary; the first ones, of before there was any, name none.
//
// A dictionary is never changed, since every decision of its time needs it: a
// better one is another file with the next number (train_test.go makes it), and
// the last is what new frames are written with.

//go:embed dictionary/1
var dictionary1 []byte

var dictionaries = [][]byte{dictionary1}

// Both are safe for concurrent use in these forms. PostgreSQL guards its pages,
// so a frame has no checksum of its own.
var (
	encoder = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderCRC(false), zstd.WithEncoderDict(dictionaries[len(dictionaries)-1])))
	decoder = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20),
		zstd.WithDecoderDicts(dictionaries...)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic("commission: " + err.Error())
	}
	return v
}

// A record is a byte that says how many handles follow, those as 16 bytes each
// (they are random: there is nothing in them to compress), and a frame of these
// parts, by protobuf's field numbers.
const (
	recordGranted protowire.Number = 1 // left out where all is granted as it was answered
	recordAnswer  protowire.Number = 2
	recordRequest protowire.Number = 3
)

// record is the stored form of what d says.
func (d *decision) record() ([]byte, error) {
	var handles, raw []byte
	if d.request != nil {
		var request *strategyv1.EvaluateRequest
		request, handles = withoutHandles(d.request)
		raw = appendPart(raw, recordAnswer, canonical(d.answer))
		raw = appendPart(raw, recordRequest, canonical(request))
	}
	if !d.grants.equal(answered(d.answer)) {
		granted, err := json.Marshal(d.grants)
		if err != nil {
			return nil, fmt.Errorf("commission: grants of %s: %w", d.order, err)
		}
		raw = appendPart(raw, recordGranted, granted)
	}
	head := append([]byte{byte(len(handles) / handleSize)}, handles...)
	return encoder.EncodeAll(raw, head), nil
}

func appendPart(to []byte, n protowire.Number, part []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, n, protowire.BytesType), part)
}

// recall reads a record.
func (d *decision) recall(record []byte) error {
	if len(record) == 0 || len(record) < 1+handleSize*int(record[0]) {
		return errors.New("the record is cut short")
	}
	at := 1 + handleSize*int(record[0])
	raw, err := decoder.DecodeAll(record[at:], nil)
	if err != nil {
		return err
	}
	plain := true
	for len(raw) > 0 {
		number, _, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return protowire.ParseError(n)
		}
		part, m := protowire.ConsumeBytes(raw[n:])
		if m < 0 {
			return protowire.ParseError(m)
		}
		if err := d.recallPart(number, part); err != nil {
			return err
		}
		plain = plain && number != recordGranted
		raw = raw[n+m:]
	}
	if plain {
		d.grants = answered(d.answer)
	}
	return giveHandles(d.request, record[1:at])
}

func (d *decision) recallPart(number protowire.Number, part []byte) error {
	switch number {
	case recordGranted:
		return json.Unmarshal(part, &d.grants)
	case recordAnswer:
		d.answer = new(strategyv1.Decision)
		return proto.Unmarshal(part, d.answer)
	case recordRequest:
		d.request = new(strategyv1.EvaluateRequest)
		return proto.Unmarshal(part, d.request)
	}
	return fmt.Errorf("a part %d that this program does not know", number)
}

// answered is what an answer gives when no rule of the store takes anything.
func answered(answer *strategyv1.Decision) (g grants) {
	for i, a := range answer.GetPaid().GetAwards() {
		g.given = append(g.given, grant{award: i, to: int(a.GetRecipient()), line: int(a.GetLine()), amount: a.GetAmount()})
	}
	return g
}

func (g grants) equal(other grants) bool {
	return slices.Equal(g.given, other.given) && slices.Equal(g.lost, other.lost) && slices.Equal(g.counted, other.counted)
}

const handleSize = 16

// withoutHandles takes the handles out of a question about one order: those of
// the chain and then those of the roles. Nothing is taken out when one of them
// is no UUID as we write it.
func withoutHandles(full *strategyv1.EvaluateRequest) (bare *strategyv1.EvaluateRequest, handles []byte) {
	bare = proto.CloneOf(full)
	places := handlesOf(bare)
	if len(places) > math.MaxUint8 {
		return full, nil
	}
	for _, h := range places {
		parsed, err := uuid.Parse(*h)
		if err != nil || parsed.String() != *h {
			return full, nil
		}
		handles, *h = append(handles, parsed[:]...), ""
	}
	return bare, handles
}

func giveHandles(r *strategyv1.EvaluateRequest, handles []byte) error {
	if len(handles) == 0 {
		return nil
	}
	places := handlesOf(r)
	if len(places)*handleSize != len(handles) {
		return fmt.Errorf("%d handles for %d places", len(handles)/handleSize, len(places))
	}
	for i, h := range places {
		*h = uuid.UUID(handles[i*handleSize : (i+1)*handleSize]).String()
	}
	return nil
}

func handlesOf(r *strategyv1.EvaluateRequest) (list []*string) {
	for _, o := range r.GetOrders() {
		for _, m := range o.GetChain() {
			list = append(list, &m.Handle)
		}
		for _, role := range o.GetRoles() {
			list = append(list, &role.Handle)
		}
	}
	return list
}

// recallParts reads what was stored in a column each, before there were
// records.
func (d *decision) recallParts(request, answer []byte, granted json.RawMessage) error {
	if err := json.Unmarshal(granted, &d.grants); err != nil {
		return err
	}
	if len(request) > 0 {
		d.request = new(strategyv1.EvaluateRequest)
		if err := unpack(request, d.request); err != nil {
			return err
		}
	}
	if len(answer) > 0 {
		d.answer = new(strategyv1.Decision)
		return unpack(answer, d.answer)
	}
	return nil
}

// pack is the stored form of a message that stands alone.
func pack(m proto.Message) []byte { return encoder.EncodeAll(canonical(m), nil) }

func unpack(b []byte, into proto.Message) error {
	raw, err := decoder.DecodeAll(b, nil)
	if err != nil {
		return err
	}
	return proto.Unmarshal(raw, into)
}
