package signin

import (
	"strings"
	"sync"
)

// commonText are words that passwords people choose are made of, in lower
// case: what they mean a password is for, months and seasons, names, loves,
// rows of keys. Spellings with digits for letters are folded before.
const commonText = `
password passwort passwd passphrase pass pwd motdepasse contrasena senha parola wachtwoord haslo kennwort
admin administrator administrateur root user guest test tester testing demo default changeme change secret geheim
login logon signin welcome willkommen bienvenue letmein access master super superman superuser system server
computer laptop desktop office internet network windows microsoft azure entra intune autopilot taxiway google
apple android iphone samsung facebook twitter linkedin amazon oracle cisco linux ubuntu debian
company firma business work sales marketing finance manager support helpdesk service services security
monday tuesday wednesday thursday friday saturday sunday january february march april june july august
september october november december spring summer autumn winter fall sommer herbst fruehling today tomorrow
montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar maerz juni juli oktober dezember
qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm yxcvbnm
qazwsx wsxedc qweasd qweasdzxc 1qaz 2wsx 3edc 4rfv 1q2w 3e4r 5t6y qwer wert ytrewq poiuy lkjhg mnbvc
q2w3e4r abcd abc efgh xyz 123 1234 12345 123456 4321 54321 654321 987654 112233 121212 111 000 666 777 888 999 007
love loveyou iloveyou lover baby babygirl sweet sweetheart angel angels princess prince queen king honey darling
sunshine moonlight rainbow flower butterfly happy smile lucky forever freedom hello hallo bonjour hola goodbye
dragon monkey tiger lion eagle falcon phoenix panther wolf bear shark dolphin kitty puppy horse chicken cookie
shadow ghost ninja samurai warrior hunter killer ranger soldier batman spiderman ironman pokemon pikachu naruto
starwars matrix minecraft fortnite warcraft zelda mario sonic hacker gamer player trustno1 trustnoone whatever
football soccer baseball basketball hockey tennis golf cricket rugby chelsea arsenal liverpool barcelona juventus
realmadrid bayern ferrari porsche mercedes mustang harley yamaha honda toyota corvette camaro
chocolate cheese coffee banana orange cherry strawberry pepper ginger vanilla pizza beer whisky
michael jordan daniel david james robert william thomas charlie george andrew anthony matthew joshua joseph
richard steven martin peter alex alexander andrea nicole jessica jennifer ashley michelle amanda samantha
sarah laura maria anna emma sophie charlotte hannah victoria elizabeth patricia barbara susan linda maggie
buster rocky max bella daisy molly sammy tigger oliver simba
london paris berlin madrid rome vienna munich hamburg newyork chicago dallas boston texas california florida
germany france england america canada australia india brazil russia china japan europe
jesus christ heaven blessed faith grace money dollar rich bank credit diamond silver golden gold
black white blue green yellow purple orange pink red brown
music guitar rock metal metallica nirvana beatles slipknot eminem
mother father mama papa mummy daddy brother sister family friend friends children
`

// commonWords gives each word of commonText, and the length of the longest.
var commonWords = sync.OnceValues(func() (map[string]struct{}, int) {
	words, longest := map[string]struct{}{}, 0
	for word := range strings.FieldsSeq(commonText) {
		words[word] = struct{}{}
		longest = max(longest, len(word))
	}
	return words, longest
})
