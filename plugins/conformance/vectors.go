package conformance

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

//go:embed vectors/requests/*.json
var files embed.FS

// Vectors are the questions of vectors/requests, by group and name.
type Vectors struct {
	Orders  []NamedOrder
	Periods []NamedPeriod
}

// NamedOrder is an order that every strategy can be asked about.
type NamedOrder struct {
	Name  string // "money: one fen"
	Order *strategyv1.Order
}

// NamedPeriod is a period, without a configuration and rules.
type NamedPeriod struct {
	Name   string
	Period *strategyv1.ClosePeriodRequest
}

// vectors reads the files once; what is broken in them was never released.
var vectors = sync.OnceValue(func() Vectors {
	v, err := readVectors()
	if err != nil {
		panic(err)
	}
	return v
})

func readVectors() (v Vectors, err error) {
	entries, err := files.ReadDir("vectors/requests")
	if err != nil {
		return v, err
	}
	for _, e := range entries {
		raw, err := files.ReadFile("vectors/requests/" + e.Name())
		if err != nil {
			return v, err
		}
		if err := v.add(raw); err != nil {
			return v, fmt.Errorf("conformance: %s: %w", e.Name(), err)
		}
	}
	return v, nil
}

func (v *Vectors) add(raw []byte) error {
	var file struct {
		Group  string
		Orders []struct {
			Name  string
			Order json.RawMessage
		}
		Periods []struct {
			Name   string
			Period json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	for _, o := range file.Orders {
		order := &strategyv1.Order{}
		if err := protojson.Unmarshal(o.Order, order); err != nil {
			return fmt.Errorf("%s: %w", o.Name, err)
		}
		v.Orders = append(v.Orders, NamedOrder{file.Group + ": " + o.Name, order})
	}
	for _, p := range file.Periods {
		period := &strategyv1.ClosePeriodRequest{}
		if err := protojson.Unmarshal(p.Period, period); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		v.Periods = append(v.Periods, NamedPeriod{file.Group + ": " + p.Name, period})
	}
	return nil
}
