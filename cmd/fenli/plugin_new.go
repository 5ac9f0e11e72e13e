package main

import (
	"fmt"
	"path/filepath"

	"github.com/fenli-io/fenli/plugins/workbench"
)

type pluginNew struct {
	Name     string `arg:"" help:"The strategy's id and folder: small letters, digits and hyphens."`
	Lang     string `default:"go" enum:"go,ts" help:"Language: go or ts."`
	Template string `default:"rates" enum:"rates,tiers,period,categories,pieces" help:"What to begin with: rates (by level), tiers (by sales so far), period (when a month closes), categories, pieces (fixed amounts)."`
	From     string `type:"existingfile" help:"A CSV of orders and what each person must get: becomes golden cases, and a first strategy is guessed."`
	Currency string `default:"CNY" help:"Currency of the amounts in --from."`
	Dir      string `help:"Folder to write; ./NAME when left out."`
	Module   string `help:"Go module path; example.com/NAME when left out."`
	SDK      string `name:"sdk" type:"existingdir" help:"A checkout of Fenli (or its SDK folder) to build against, while the SDK is not published. Looked for nearby when left out."`
	License  string `default:"none" enum:"none,mit" help:"Write a LICENSE."`
	Holder   string `help:"Who holds the licence."`
}

func (pluginNew) Help() string {
	return `Writes a folder that compiles and passes its tests at once.

  fenli plugin new spring-sale && cd spring-sale && go test ./...
  fenli plugin new spring-sale --template period --module example.com/shop/spring-sale
  fenli plugin new spring-sale --from orders.csv

A table has a heading and a row for each line of each order. Columns, in any order, in English or
Chinese: order 订单号, sku 商品编码, category 类目, qty 数量, unit_price 单价, net 实付, seller 推广员,
upline 上级, upline2 上上级, grade 等级, seller_amount 推广员佣金, upline_amount 上级佣金, upline2_amount
上上级佣金, reason 备注. Amounts are in major units. UTF-8 or GBK.`
}

func (c pluginNew) Run() error {
	s := workbench.Scaffold{Name: c.Name, Dir: c.Dir, Lang: c.Lang, Template: c.Template, Module: c.Module, SDK: c.SDK, License: c.License, Holder: c.Holder}
	var guess *workbench.Guess
	if c.From != "" {
		table, err := workbench.ReadTable(c.From, c.Currency)
		if err != nil {
			return err
		}
		if guess, err = workbench.GuessFrom(table); err != nil {
			return err
		}
		s = s.From(guess)
	}
	made, err := s.Make()
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files\n", made.Dir, len(made.Files))
	for _, f := range made.Files {
		fmt.Println("  " + filepath.FromSlash(f))
	}
	if guess != nil {
		fmt.Printf("\n%s", guess.Report())
	}
	fmt.Printf("\n%s\n", made.Next())
	return nil
}
