package httpapi

import (
	"strconv"
	"strings"
)

// The languages of answers.
const (
	Chinese = "zh-CN"
	English = "en"
)

// language picks what the caller likes best of what we speak; Chinese when
// they do not say.
func language(accept string) string {
	best, weight := Chinese, 0
	for _, part := range strings.Split(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		var lang string
		switch tag = strings.ToLower(tag); {
		case tag == "zh" || strings.HasPrefix(tag, "zh-"):
			lang = Chinese
		case tag == "en" || strings.HasPrefix(tag, "en-"):
			lang = English
		default:
			continue
		}
		if w := quality(params); w > weight {
			best, weight = lang, w
		}
	}
	return best
}

// quality reads "q=0.8" as thousandths.
func quality(params string) int {
	q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	if !ok {
		return 1000
	}
	whole, part, _ := strings.Cut(q, ".")
	n, err := strconv.Atoi(whole + (part + "000")[:3])
	if err != nil {
		return 0
	}
	return n
}
