// Package sdkts_test keeps the TypeScript SDK equal to the Go SDK: it writes
// what Go answers into files that the tests of both languages read.
//
//	go test ./plugins/sdk-ts -update
package sdkts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var update = flag.Bool("update", false, "write the vectors anew")

// sum is one call of the money package. Numbers are texts, for JSON readers
// keep 53 bits of a number.
type sum struct {
	Of       string   `json:"of"`
	Args     []string `json:"args"`
	Rounding string   `json:"rounding,omitempty"`
	Gives    []string `json:"gives"` // null: an error
}

func TestMoneyVectors(t *testing.T) {
	t.Parallel()
	same(t, "testdata/money.json", sums(rand.New(rand.NewPCG(7, 11))))
}

// same compares a file with what Go says today.
func same(t *testing.T, path string, now any) {
	t.Helper()
	raw, err := json.Marshal(now)
	if err != nil {
		t.Fatal(err)
	}
	raw = append(bytes.ReplaceAll(raw, []byte("},{"), []byte("},\n{")), '\n') // one to a line
	if *update {
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept) != string(raw) {
		t.Errorf("%s is not what the Go SDK answers: run this test with -update and the tests of both languages", path)
	}
}

func sums(dice *rand.Rand) []sum {
	var list []sum
	roundings := map[money.Rounding]string{money.Floor: "floor", money.HalfUp: "half_up"}
	add := func(of string, how money.Rounding, args []string, err error, gives ...string) {
		s := sum{Of: of, Args: args, Rounding: roundings[how]}
		if err == nil {
			s.Gives = append([]string{}, gives...)
		}
		list = append(list, s)
	}
	for range 150 {
		how := money.Rounding(dice.IntN(2))
		a, b, c := amount(dice), amount(dice), amount(dice)
		got, err := money.MulDiv(a, b, c, how)
		add("mulDiv", how, texts(a, b, c), err, fmt.Sprint(got))

		rate, first, second := money.Rate(share(dice)), money.Rate(share(dice)), money.Rate(share(dice))
		got, err = money.Product(a, how, rate, first, second)
		add("product", how, texts(a, int64(rate), int64(first), int64(second)), err, fmt.Sprint(got))

		got, err = rate.Of(b, how)
		add("rateOf", how, texts(int64(rate), b), err, fmt.Sprint(got))

		got, err = money.Blend(how, money.Part{Amount: a, Rate: rate}, money.Part{Amount: b, Rate: first})
		add("blend", how, texts(a, int64(rate), b, int64(first)), err, fmt.Sprint(got))

		weights := make([]int64, dice.IntN(6))
		for i := range weights {
			if weights[i] = amount(dice); dice.IntN(2) == 0 {
				weights[i] = int64(dice.IntN(4)) // equal remainders
			}
		}
		parts, err := money.Split(a, weights)
		add("split", money.Floor, texts(append([]int64{a}, weights...)...), err, texts(parts...)...)

		add("text", money.Floor, texts(int64(rate)), nil, rate.String(), rate.Percent())
		for _, currency := range []string{"CNY", "JPY", "KWD"} {
			add("format", money.Floor, []string{fmt.Sprint(a), currency}, nil, money.Format(a, currency))
		}
	}
	for _, text := range []string{
		"0", "0.1", "0.10", "1", "1.5", "0.000001", "999999999999.999999", "00.5", "1000000000000", "0.1234567", "", ".", ".5", "5.",
		"-1", "+1", "1e2", " 1", "1 ", "0,1", "１", "1.2.3", "0x1", "NaN", "1_0",
	} {
		rate, err := money.ParseRate(text)
		add("parse", money.Floor, []string{text}, err, fmt.Sprint(int64(rate)))
	}
	return list
}

func texts(numbers ...int64) []string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = fmt.Sprint(n)
	}
	return list
}

// amount leans to the edges of int64, of JSON and of a fen.
func amount(dice *rand.Rand) int64 {
	switch dice.IntN(9) {
	case 0:
		return 0
	case 1:
		return -1 - dice.Int64N(100)
	case 2:
		return math.MaxInt64 - dice.Int64N(3)
	case 3:
		return money.MaxMinor - dice.Int64N(20)
	case 4:
		return dice.Int64()
	case 5:
		return dice.Int64N(20)
	}
	return dice.Int64N(10_000_000)
}

func share(dice *rand.Rand) int64 {
	switch dice.IntN(8) {
	case 0:
		return 0
	case 1:
		return 1
	case 2:
		return 1_000_000
	case 3:
		return dice.Int64N(1_000_000_000)
	}
	return dice.Int64N(101) * 10_000 / (1 + dice.Int64N(8))
}

// exchange is a request and the answer to it, as protobuf's own bytes.
type exchange struct {
	Request []byte `json:"request"`
	Answer  []byte `json:"answer"`
}

// The answers of three-level to orders of chance. The TypeScript port must
// give the same bytes: fields in the order of their numbers, nothing that is
// zero, nothing unknown.
func TestWireVectors(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 5))
	exchanges := []exchange{}
	for i := range 60 {
		req := request(dice, i)
		out, err := threelevel.Strategy.Server().Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		exchanges = append(exchanges, exchange{bytesOf(t, req), bytesOf(t, out)})
	}
	same(t, "testdata/wire.json", exchanges)
}

func bytesOf(t *testing.T, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var configs = []string{
	`{}`, `{"rates":["0.10","0.05","0.03"]}`, `{"rates":["0.1"]}`, `{"rates":[]}`, `{"rates":["0","0.333333","1"]}`, `{"rates":["2.5","0.000001"]}`,
	`{"rate":["0.1"]}`, `{"rates":["0.1","x"],"rates":[]}`, `{"rates":["0","0","0","0"]}`,
}

func request(dice *rand.Rand, i int) *strategyv1.EvaluateRequest {
	req := &strategyv1.EvaluateRequest{Config: []byte(configs[i%len(configs)]), Rules: &strategyv1.Rules{
		Rounding: strategyv1.Rounding(dice.IntN(3)), Levels: int32(dice.IntN(5)),
	}}
	for range dice.IntN(4) {
		req.Orders = append(req.Orders, order(dice))
	}
	return req
}

func order(dice *rand.Rand) *strategyv1.Order {
	o := &strategyv1.Order{Seq: dice.Int64(), Currency: "CNY", MinorDigits: 2, PlacedAtMs: 1772294400000 + dice.Int64N(1e9)}
	for i := range dice.IntN(4) {
		net := dice.Int64N(1_000_000)
		if dice.IntN(4) == 0 {
			net = money.MaxMinor - dice.Int64N(9)
		}
		o.Lines = append(o.Lines, &strategyv1.Line{Sku: strings.Repeat("茶", i), Quantity: 1, Net: net})
	}
	for i := range dice.IntN(4) {
		o.Chain = append(o.Chain, &strategyv1.Member{Handle: fmt.Sprint("m", i), Level: int32(i) + 1})
	}
	return o
}
