package program

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

var english = message.NewPrinter(language.English)

// jsonTypes are what a person calls the types of JSON.
var jsonTypes = map[string]string{
	"string": "文字", "number": "数字", "integer": "整数", "boolean": "是或否", "array": "列表", "object": "一组设置", "null": "空",
}

// inChinese says what a schema finds wrong. The library speaks English alone.
func inChinese(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Required:
		return "缺少 " + strings.Join(k.Missing, "、")
	case *kind.AdditionalProperties:
		return "没有这项设置：" + strings.Join(k.Properties, "、")
	case *kind.Type:
		want := make([]string, len(k.Want))
		for i, t := range k.Want {
			want[i] = jsonTypes[t]
		}
		return fmt.Sprintf("应为%s，实为%s", strings.Join(want, "或"), jsonTypes[k.Got])
	case *kind.Enum:
		want := make([]string, len(k.Want))
		for i, v := range k.Want {
			want[i] = fmt.Sprint(v)
		}
		return fmt.Sprintf("“%v”不在可选值之中：%s", k.Got, strings.Join(want, "、"))
	case *kind.Const:
		return fmt.Sprintf("应为 %v", k.Want)
	case *kind.Pattern:
		return fmt.Sprintf("“%s”格式不对，应符合 %s", k.Got, k.Want)
	case *kind.Format:
		return fmt.Sprintf("“%v”格式不对，应为 %s", k.Got, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s 太小，最小为 %s", plain(k.Got), plain(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("%s 太大，最大为 %s", plain(k.Got), plain(k.Want))
	case *kind.ExclusiveMinimum:
		return fmt.Sprintf("%s 太小，须大于 %s", plain(k.Got), plain(k.Want))
	case *kind.ExclusiveMaximum:
		return fmt.Sprintf("%s 太大，须小于 %s", plain(k.Got), plain(k.Want))
	case *kind.MinItems:
		return fmt.Sprintf("至少要 %d 项，只有 %d 项", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("最多 %d 项，却有 %d 项", k.Want, k.Got)
	case *kind.MinProperties:
		return fmt.Sprintf("至少要 %d 项，只有 %d 项", k.Want, k.Got)
	case *kind.MaxProperties:
		return fmt.Sprintf("最多 %d 项，却有 %d 项", k.Want, k.Got)
	case *kind.MinLength:
		return fmt.Sprintf("至少 %d 个字，只有 %d 个", k.Want, k.Got)
	case *kind.MaxLength:
		return fmt.Sprintf("最多 %d 个字，却有 %d 个", k.Want, k.Got)
	case *kind.UniqueItems:
		return fmt.Sprintf("第 %d 项与第 %d 项重复", k.Duplicates[0]+1, k.Duplicates[1]+1)
	case *kind.FalseSchema:
		return "这里不能有内容"
	}
	return "不符合要求（" + k.LocalizedString(english) + "）"
}

// plain writes a number of a schema, which may be any fraction, as people do.
func plain(r *big.Rat) string {
	if r == nil {
		return "?"
	}
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(6), "0")
}
