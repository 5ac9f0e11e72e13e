package demo

import (
	"encoding/base64"
	"fmt"
)

// picture draws a product: a plain shape in the product's colour on a soft
// ground. Sample data needs no photographs of things that do not exist.
func picture(p product) string {
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" viewBox="0 0 200 200"><rect width="200" height="200" fill="#f6f3ef"/><circle cx="100" cy="104" r="78" fill="%s" opacity=".16"/>%s</svg>`,
		p.Colour, shapes[p.Shape](p.Colour))
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}

var shapes = map[string]func(colour string) string{
	"bottle": func(c string) string {
		return `<rect x="86" y="40" width="28" height="62" rx="7" fill="#3a3436"/><rect x="66" y="98" width="68" height="66" rx="16" fill="` + c + `"/><rect x="76" y="108" width="10" height="44" rx="5" fill="#fff" opacity=".45"/>`
	},
	"box": func(c string) string {
		return `<path d="M48 84l52-24 52 24v58l-52 24-52-24z" fill="` + c + `"/><path d="M48 84l52 24 52-24-52-24z" fill="#fff" opacity=".32"/><path d="M100 108v58l52-24V84z" fill="#000" opacity=".10"/>`
	},
	"tin": func(c string) string {
		return `<rect x="60" y="66" width="80" height="96" rx="10" fill="` + c + `"/><ellipse cx="100" cy="66" rx="40" ry="12" fill="#fff" opacity=".5"/><rect x="60" y="98" width="80" height="34" fill="#fff" opacity=".55"/>`
	},
}
