package registry

import (
	"math"
	"strconv"
	"strings"
)

// Brand is how a store looks to buyers and distributors.
type Brand struct {
	DisplayName     string            `json:"display_name"`
	Logo            string            `json:"logo"`
	PrimaryColour   string            `json:"primary_color"`
	PrimaryText     string            `json:"primary_text"` // what is readable on the primary colour
	AccentColour    string            `json:"accent_color"`
	AccentText      string            `json:"accent_text"`
	Slogan          string            `json:"slogan"`
	DistributorWord string            `json:"distributor_word"` // what the store calls its distributors
	TabNames        map[string]string `json:"tab_names"`
	Agreement       string            `json:"agreement"`
}

// Contrast is what text needs against its ground (WCAG 2.1 AA).
const Contrast = 4.5

func defaultBrand(storeName string) Brand {
	b, _ := Brand{DisplayName: storeName, PrimaryColour: "#c2410c", AccentColour: "#0f766e", DistributorWord: "分销员"}.checked()
	return b
}

// checked refuses a colour that is none and writes down the text colour that
// can be read on it. One of black and white always reaches 4.5: where black
// stops, white has begun.
func (b Brand) checked() (Brand, error) {
	var err error
	if b.PrimaryColour, b.PrimaryText, err = readable(b.PrimaryColour); err != nil {
		return b, errColour.At("primary_color")
	}
	if b.AccentColour, b.AccentText, err = readable(b.AccentColour); err != nil {
		return b, errColour.At("accent_color")
	}
	if b.Logo != "" && !strings.HasPrefix(b.Logo, "https://") && !strings.HasPrefix(b.Logo, "data:image/") && !siteLocal(b.Logo) {
		return b, errLogo
	}
	if strings.TrimSpace(b.DisplayName) == "" {
		return b, errNameEmpty.At("display_name")
	}
	if b.TabNames == nil {
		b.TabNames = map[string]string{}
	}
	return b, nil
}

func siteLocal(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//")
}

// readable is the colour in small letters and the text colour upon it.
func readable(colour string) (ground, text string, err error) {
	colour = strings.ToLower(colour)
	if len(colour) != 7 || colour[0] != '#' {
		return "", "", errColour
	}
	rgb, err := strconv.ParseUint(colour[1:], 16, 24)
	if err != nil {
		return "", "", errColour
	}
	l := luminance(uint8(rgb>>16), uint8(rgb>>8), uint8(rgb))
	if contrast(1, l) >= Contrast {
		return colour, "#ffffff", nil
	}
	return colour, "#000000", nil
}

// luminance and contrast are WCAG 2.1's: floats, for colours are not money.
func luminance(r, g, b uint8) float64 {
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func linear(c uint8) float64 {
	s := float64(c) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

func contrast(a, b float64) float64 { return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05) }
