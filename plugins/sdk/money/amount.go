package money

import "fmt"

// MaxMinor is the largest amount that JSON readers keep exactly (2^53 − 1).
const MaxMinor = 1<<53 - 1

// Amount is money of one currency: Minor units of the ISO 4217 code Currency.
type Amount struct {
	Minor    int64  `json:"amount" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Minor units (fen, cents)"`
	Currency string `json:"currency" minLength:"3" maxLength:"3" example:"CNY" doc:"ISO 4217 code"`
}

// digits lists the currencies whose minor unit is not a hundredth (ISO 4217).
var digits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Digits is how many decimals the currency's minor unit stands for.
func Digits(currency string) int {
	if d, ok := digits[currency]; ok {
		return d
	}
	return 2
}

// String is the amount in major units with its currency: "19.90 CNY".
func (a Amount) String() string { return Format(a.Minor, a.Currency) + " " + a.Currency }

// Format writes minor units in major units: 1990 CNY is "19.90".
func Format(minor int64, currency string) string {
	sign, size := "", uint64(minor)
	if minor < 0 {
		sign, size = "-", -size // also right for the smallest int64, which has no positive twin
	}
	d := Digits(currency)
	if d == 0 {
		return fmt.Sprintf("%s%d", sign, size)
	}
	unit := uint64(1)
	for range d {
		unit *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, size/unit, d, size%unit)
}
