package registry

import "github.com/fenli-io/fenli/platform/fault"

var (
	errStoreUnknown = fault.New(fault.NotFound, "store.unknown", "没有这家店铺", "there is no such store")
	errSlugTaken    = fault.New(fault.Conflict, "store.slug_taken", "店铺网址 {slug} 已被使用", "the address {slug} is taken").At("slug")
	errSlugReserved = fault.New(fault.Invalid, "store.slug_reserved", "店铺网址 {slug} 为平台保留", "the address {slug} is the platform's own").At("slug")
	errSlugForm     = fault.New(fault.Invalid, "store.slug_form",
		"店铺网址须为 3 至 63 个小写字母、数字或连字符，首尾不能是连字符，且不能有连续的连字符",
		"an address has 3 to 63 small letters, digits or hyphens, no hyphen at either end and no two in a row").At("slug")
	errCurrency = fault.New(fault.Invalid, "store.currency", "不支持货币 {currency}", "the currency {currency} is not supported").At("currency")
	errTimeZone = fault.New(fault.Invalid, "store.time_zone", "没有时区 {time_zone}", "there is no time zone {time_zone}").At("time_zone")
	errColour   = fault.New(fault.Invalid, "brand.colour", "颜色须写作 #1a2b3c", "a colour is written #1a2b3c")
	errLogo     = fault.New(fault.Invalid, "brand.logo", "标志须为 https 网址、站内路径或 data:image", "a logo is an https address, a path of this site or data:image").At("logo")
	errHostForm = fault.New(fault.Invalid, "store.host_form", "{host} 不是有效的域名", "{host} is not a host name").At("host")
	errHostUsed = fault.New(fault.Conflict, "store.host_taken", "域名 {host} 已被使用", "the host name {host} is taken").At("host")

	errLoginForm     = fault.New(fault.Invalid, "login.form", "登录名须为手机号或邮箱，3 至 100 个字符，不含空格", "a login is a phone number or an e-mail address of 3 to 100 characters without spaces").At("login")
	errPasswordForm  = fault.New(fault.Invalid, "login.password_form", "密码须为 8 至 128 个字符", "a password has 8 to 128 characters").At("password")
	errLoginWrong    = fault.New(fault.Unauthorized, "login.wrong", "登录名或密码不正确", "the login or the password is wrong")
	errLoginSlow     = fault.New(fault.TooMany, "login.too_many", "尝试次数过多，请 {seconds} 秒后再试", "too many attempts; try again in {seconds} seconds")
	errNameEmpty     = fault.New(fault.Invalid, "request.name_empty", "名称不能为空", "a name is needed").At("name")
	errRole          = fault.New(fault.Invalid, "staff.role", "没有角色 {role}", "there is no role {role}").At("role")
	errSessionGone   = fault.New(fault.Unauthorized, "session.unknown", "登录已失效，请重新登录", "this session is over; please log in again")
	errKeyUnknown    = fault.New(fault.NotFound, "key.unknown", "没有这个密钥", "there is no such key")
	errClockOff      = fault.New(fault.Forbidden, "clock.disabled", "服务器没有开启测试时钟", "this server was started without test clocks")
	errClockBackward = fault.New(fault.Conflict, "clock.backwards", "店铺时间是 {now}，时钟只能向前", "the store's time is {now}, and clocks only move forward").At("to")
)
