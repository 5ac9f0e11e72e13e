package strategy

import (
	"fmt"
	"strings"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Problems collects what is wrong with a configuration.
type Problems struct{ list []*strategyv1.ConfigProblem }

// Add reports a problem. path is a JSON pointer into the configuration, such
// as "/rates/0"; key and args are a sentence of the strategy's locales.
func (p *Problems) Add(path, key string, args ...any) {
	p.list = append(p.list, &strategyv1.ConfigProblem{Path: path, Why: why(key, args...)})
}

// String is the problems in one line of English, for logs.
func (p *Problems) String() string {
	var lines []string
	for _, problem := range p.list {
		text, ok := sdkSentences["en"][problem.Why.Key]
		if !ok {
			text = problem.Why.Key
		}
		for _, a := range problem.Why.Args {
			text = strings.ReplaceAll(text, "{"+a.Name+"}", a.Value)
		}
		lines = append(lines, fmt.Sprintf("%s: %s", orRoot(problem.Path), text))
	}
	return strings.Join(lines, "; ")
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}
