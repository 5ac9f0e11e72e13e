package payee

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Adult is the age from which somebody may be paid.
const Adult = 18

// china decides on which day somebody comes of age: a resident id is Chinese.
var china = time.FixedZone("Asia/Shanghai", 8*3600)

// clean trims what people paste: spaces around and inside numbers, a lower-case x.
func (i Identity) clean() Identity {
	i.Name = strings.Join(strings.Fields(i.Name), " ")
	i.Number = strings.ToUpper(squeeze(i.Number))
	i.Phone = squeeze(i.Phone)
	return i
}

func (e Entry) clean() Entry {
	e.Number, e.Bank = squeeze(e.Number), strings.Join(strings.Fields(e.Bank), " ")
	if e.Channel != BankCard {
		e.Bank = ""
	}
	return e
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, s)
}

var phoneForm = regexp.MustCompile(`^(1[3-9][0-9]{9}|\+[1-9][0-9]{6,14})$`)

func (i Identity) check(now time.Time) error {
	switch {
	case i.Kind != Individual && i.Kind != Business:
		return ErrKind
	case !nameForm(i.Name):
		return ErrName
	case !phoneForm.MatchString(i.Phone):
		return ErrPhone
	case i.Kind == Business && !CreditCode(i.Number):
		return ErrCreditCode
	case i.Kind == Business && !i.Invoice:
		return ErrInvoice
	case i.Kind == Business:
		return nil
	}
	born, ok := ResidentID(i.Number)
	if !ok {
		return ErrResidentID
	}
	if now.In(china).Before(born.AddDate(Adult, 0, 0)) {
		return ErrMinor.With("age", Adult)
	}
	return nil
}

// nameForm: two characters or more, letters with the dots, spaces and hyphens
// that names have; a business's may have digits and brackets.
func nameForm(s string) bool {
	if n := utf8.RuneCountInString(s); n < 2 || n > 100 {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("·•.' -()（）&,，、", r) {
			return false
		}
	}
	return true
}

var residentForm = regexp.MustCompile(`^[1-9][0-9]{16}[0-9X]$`)

// ResidentID checks a Chinese resident id number and reads the day of birth.
//
// GB 11643-1999: six digits of a region, eight of a date, three of a sequence,
// one check character by ISO 7064 MOD 11-2 (the weights are 2^(17−i) mod 11).
// Permits of residence for Hong Kong, Macau, Taiwan and foreigners have the
// same form since 2018 and 2023.
func ResidentID(s string) (born time.Time, ok bool) {
	if !residentForm.MatchString(s) {
		return born, false
	}
	sum := 0
	for _, c := range []byte(s[:17]) {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	if "10X98765432"[sum] != s[17] {
		return born, false
	}
	born, err := time.ParseInLocation("20060102", s[6:14], china)
	return born, err == nil && born.Year() >= 1900
}

const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode checks a unified social credit code.
//
// GB 32100-2015: 17 characters of an alphabet of 31 without I, O, S, V, Z, and
// a check character: 31 − Σ cᵢ·3^(i−1) mod 31.
func CreditCode(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		c := strings.IndexByte(creditAlphabet, s[i])
		if c < 0 {
			return false
		}
		sum = (sum + c*weight) % 31
		weight = weight * 3 % 31
	}
	return strings.IndexByte(creditAlphabet, s[17]) == (31-sum)%31
}

var (
	cardForm    = regexp.MustCompile(`^[0-9]{12,19}$`)
	accountForm = regexp.MustCompile(`^[0-9]{6,32}$`) // of a business
	emailForm   = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$`)
	openidForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)
)

func (e Entry) check(of Kind) error {
	switch e.Channel {
	case BankCard:
		switch {
		case of == Business && !accountForm.MatchString(e.Number):
			return ErrCard
		case of != Business && !(cardForm.MatchString(e.Number) && luhn(e.Number)):
			return ErrCard
		case e.Bank == "" || utf8.RuneCountInString(e.Bank) > 100:
			return ErrBank
		}
	case Alipay:
		if !phoneForm.MatchString(e.Number) && !(emailForm.MatchString(e.Number) && len(e.Number) <= 100) {
			return ErrAlipay
		}
	case WeChat:
		if !openidForm.MatchString(e.Number) {
			return ErrWeChat
		}
	default:
		return ErrChannel
	}
	return nil
}

// luhn is the check digit of bank cards: ISO/IEC 7812-1, annex B.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
