package workbench

import "strings"

func (s Scaffold) readme() []byte {
	text, build, test := readmeText, "make build        # bin/NAME", "go test ./..."
	if s.Lang == "ts" {
		build, test = "npm run build     # dist/", "npm test"
	}
	about := ""
	if s.guess != nil {
		about = s.guess.aboutInReadme()
	}
	text = strings.NewReplacer("BUILD", build, "TEST", test, "ABOUT", about).Replace(text)
	return []byte(strings.ReplaceAll(text, "NAME", s.Name))
}

const readmeText = `# NAME

分利（Fenli）的佣金方案：给出一笔订单，决定谁得多少、为什么。它是纯函数：同样的输入永远得到同样的结果。
ABOUT
## 五分钟上手

` + "```" + `sh
TEST     # 样例（testdata/golden.json）与契约检查
fenli plugin dev      # 本地网页：设置表单、样例订单、每笔佣金与原因，保存即重建
fenli plugin test     # 以真实进程、真实沙箱再跑一遍
fenli plugin validate # 设置表单、文案、所需数据是否完整
BUILD
` + "```" + `

1. 改设置（main.go 的 Config，或 src/strategy.ts 的 config），它就是商家看到的表单；每一项都要有中英文标题。
2. 改 evaluate。只读参数，不读时间、网络、文件。金额是最小货币单位的整数（分），比例是百万分之几。
3. 在 testdata/golden.json 里写下“这笔订单应当这样分”，每条都会被检查。
4. 拿不到佣金的人也要有原因。文案在 locales 里，中英文的键必须一致。

## In English

A commission strategy for Fenli: who earns what of an order, and why. A pure function of its input.

- the settings (Config in main.go, config in src/strategy.ts) are the merchant's form; evaluate decides one order and may look at its arguments alone
- amounts are whole minor units, rates parts per million; testdata/golden.json says what orders must pay
- ` + "`TEST`" + `, then ` + "`fenli plugin dev`" + ` to see it, ` + "`fenli plugin test`" + ` to run it as the platform does
`

const makefile = `.PHONY: test build dev
test: ## golden cases and the contract
	go vet ./... && go test ./...

build: ## a static binary: the sandbox shows it no other file
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o bin/NAME .

dev: ## a page that shows what it pays while you write
	fenli plugin dev .
`

const mit = `MIT License

Copyright (c) HOLDER

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`
