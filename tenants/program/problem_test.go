package program

import (
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
)

// What is wrong with a configuration is said in the language of whoever reads.
func TestConfigurationProblems_SpeakBothLanguages(t *testing.T) {
	t.Parallel()
	const schema = `{"type": "object", "additionalProperties": false, "required": ["a"], "properties": {
		"a": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10}, "b": {"enum": ["x", "y"]}, "c": {"type": "string", "pattern": "^[0-9]+$", "maxLength": 3},
		"d": {"type": "array", "minItems": 2, "maxItems": 3, "uniqueItems": true}, "e": {"const": 1}, "f": {"not": {}}}}`
	for config, want := range map[string][2]string{
		`{}`:                    {"缺少 a", "missing property 'a'"},
		`{"a":1,"z":1}`:         {"没有这项设置：z", "additional properties 'z' not allowed"},
		`{"a":"1"}`:             {"应为整数，实为文字", "got string, want integer"},
		`{"a":0}`:               {"0 太小，最小为 1", "minimum: got 0, want 1"},
		`{"a":10}`:              {"10 太大，须小于 10", "exclusiveMaximum"},
		`{"a":1,"b":"z"}`:       {"“z”不在可选值之中：x、y", "one of 'x', 'y'"},
		`{"a":1,"c":"a"}`:       {"“a”格式不对，应符合 ^[0-9]+$", "does not match pattern"},
		`{"a":1,"c":"1234"}`:    {"最多 3 个字，却有 4 个", "maxLength"},
		`{"a":1,"d":[1]}`:       {"至少要 2 项，只有 1 项", "minItems"},
		`{"a":1,"d":[1,2,3,4]}`: {"最多 3 项，却有 4 项", "maxItems"},
		`{"a":1,"d":[1,1]}`:     {"第 1 项与第 2 项重复", "0 and 1 are equal"},
		`{"a":1,"e":2}`:         {"应为 1", "must be 1"},
		`{"a":1,"f":2}`:         {"不符合要求", "'not' failed"},
		`{`:                     {"不是 JSON", "not JSON"},
	} {
		f := fault.Of(checkSchema([]byte(schema), []byte(config)))
		if zh, en := f.Sentence("zh-CN"), f.Sentence("en"); !strings.Contains(zh, want[0]) || !strings.Contains(en, want[1]) || strings.Contains(zh+en, "{problem") {
			t.Errorf("%s: %q, %q, want %q", config, zh, en, want)
		}
	}
}
