"""Lists of words that tell a full stop that ends a sentence from one that belongs to an abbreviation.

The lists are plain data, written without the full stop. They lean on English and add the commonest of a few neighbours;
a list is a set of spellings, so that `no.` and `No.` are two entries where both are wanted.
"""

# Always before a name or an explanation: their full stop never ends a sentence.
TITLES = (
    "Mr Mrs Ms Mx Dr Drs Prof Profs Gen Col Lt Capt Cmdr Sgt Maj Adm Sen Sens Rep Reps Gov Govs Rev Hon "
    "Pres Messrs Msgr Mme Mlle Supt Cpl Pvt Brig Atty Amb Sra Dña Fr MM Ste Insp Cllr mr mrs dr prof St "
    "Ft Mt P.S p.s PS ps e.g i.e E.g I.e eg Eg c.f a.k.a"
).split()

# Before a number, or the name of a month, only: `No. 5`, `pp. 3`, elsewhere the word ends its sentence.
NUMBERED = (
    "No Nos no nos Vol Vols vol vols p pp P Pp Fig Figs fig figs Eq Eqs eq Sec Secs sec Ch ch Chap chap "
    "Art art Op op Nr nr Ext ext Para para Ver ver Mar Jun Jul Sat Sun Mon Cat cat Pt pt Bk Ser Tel tel "
    "Ph ph Fax fax Apt Rm Ed ed min"
).split()

# Anywhere: the full stop ends a sentence only before a word that usually begins one, or at the end of the paragraph.
GENERAL = (
    "Inc inc Corp corp Co co Cos Ltd ltd Bros LLC PLC Plc Pty Cie Jr jr Sr sr Esq vs Vs VS viz al ie Ie "
    "cf Cf ca approx Approx esp Esp incl excl resp Ave ave Blvd blvd Rd Hwy Pkwy Sq Bldg bldg Dept dept "
    "Depts Univ Assn Assoc Div Intl Natl Govt govt Mfg Eng Adj Cont cont Attn attn Arrv arrv avg Avg Jan "
    "Feb Apr Aug Sept Sep Oct Nov Dec Tue Tues Wed Thu Thur Thurs Fri Calif Va La Fla Ga Pa Ariz Tenn "
    "Mich Minn Okla Wis Wyo Colo Kans Ky Md Nebr Nev Que Ont Conn Ph oz lb lbs ft hr hrs yr yrs mins secs "
    "qt gal sq cu mph temp ref Ref repr pron lit trans orig ser fl nr bzw usw ggf Abb Bd Hrsg usf evtl "
    "pág núm Tlf aprox blz enz dhr mevr jl"
).split()

# Units and the like before a lower-case word only: `43 km. southwest`.
BEFORE_LOWER = "km cm mm kg cwt prod dipl info rec dom conf spec capt".split()

# Capitalized words that begin a sentence far more often than they follow an abbreviation inside one.
STARTERS = (
    "The This That These Those It Its He She We They You I There Here But And Or So If In On At For From "
    "With By To When While Where What Who Why How As After Before Although Though However Since Then Now "
    "Not Yes My His Her Our Their Your A An Is Are Was Were Do Does Did Can Could Would Will Should Have "
    "Has Had Please Thank Thanks Also Another Some Many Most All Any Each Both Because During Despite "
    "Until Once Only Even Just Perhaps Maybe Meanwhile Moreover Therefore Thus Today Yesterday Later Let "
    "Every Nothing Such Several Under Over Through Between Among According Which Whether Other Others One "
    "Two"
).split()

# Ends its sentence before any capital.
LIST_ENDS = ["etc", "Etc", "ETC"]

MONTHS = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
)  # as words begin, for days of the week in front

# Letters in a row; longer words need no look at the lists.
LONGEST_ABBREVIATION = max(len(word) for words in (TITLES, NUMBERED, GENERAL, BEFORE_LOWER) for word in words)
