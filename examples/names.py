"""Names as people write them and as their mail addresses do, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Locale:
    """Where a member comes from. Names are pairs: as written, and in ASCII."""

    language: str
    timezone: str
    dialling_code: str
    weight: int
    first_names: tuple[tuple[str, str], ...]
    last_names: tuple[tuple[str, str], ...]


def _names(text: str) -> tuple[tuple[str, str], ...]:
    """`Jörg=joerg Anna` is two names; the one without an equals sign is its own lower case."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((name.replace("_", " "), ascii_name or name.lower()) for name, _, ascii_name in pairs)


LOCALES = (
    Locale(
        "de",
        "Europe/Berlin",
        "+49",
        40,
        _names(
            "Anna Jörg=joerg Käthe=kaethe Günther=guenther Lena Björn=bjoern Sophie Emil Mia Paul Hannah "
            "Lukas Clara Finn Greta Jonas Marlene Ben Frieda Moritz Änne=aenne Uwe Heike Jürgen=juergen "
            "Petra Anneliese Karl-Heinz"
        ),
        _names(
            "Müller=mueller Schmidt Schäfer=schaefer Weiß=weiss Groß=gross Krüger=krueger Becker Lehmann "
            "Vogt Hoffmann Köhler=koehler Böhm=boehm Wagner Richter Zimmermann Brandt von_Bülow=vonbuelow "
            "Jäger=jaeger Lindemann Öztürk=oeztuerk"
        ),
    ),
    Locale(
        "tr",
        "Europe/Istanbul",
        "+90",
        9,
        _names("Ayşe=ayse Çağla=cagla Gülşen=gulsen İbrahim=ibrahim Ömer=omer Zeynep Emre Şule=sule Işık=isik Mehmet"),
        _names("Yılmaz=yilmaz Çelik=celik Şahin=sahin Öztürk=ozturk Aydın=aydin Güneş=gunes Kaya Demir Koç=koc"),
    ),
    Locale(
        "ar",
        "Asia/Dubai",
        "+971",
        7,
        _names(
            "فاطمة=fatima محمد=mohammed ليلى=layla أحمد=ahmed نور=nour يوسف=yousef مريم=maryam خالد=khaled سارة=sara"
        ),
        _names(
            "الحسن=alhassan الخطيب=alkhatib منصور=mansour حداد=haddad النجار=alnajjar سليمان=suleiman درويش=darwish"
        ),
    ),
    Locale(
        "ja",
        "Asia/Tokyo",
        "+81",
        7,
        _names("太郎=taro 花子=hanako さくら=sakura 健太=kenta 美咲=misaki 翔=sho 陽菜=hina 大輔=daisuke ユウキ=yuki"),
        _names("佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 渡辺=watanabe 伊藤=ito 山本=yamamoto 中村=nakamura"),
    ),
    Locale(
        "pl",
        "Europe/Warsaw",
        "+48",
        8,
        _names(
            "Łukasz=lukasz Małgorzata=malgorzata Żaneta=zaneta Paweł=pawel Agnieszka Krzysztof Zofia Michał=michal Ewa"
        ),
        _names(
            "Kowalska Wójcik=wojcik Zieliński=zielinski Dąbrowski=dabrowski Łukaszewicz=lukaszewicz "
            "Woźniak=wozniak Król=krol"
        ),
    ),
    Locale(
        "el",
        "Europe/Athens",
        "+30",
        6,
        _names("Γιώργος=giorgos Ελένη=eleni Νίκος=nikos Μαρία=maria Κατερίνα=katerina Δημήτρης=dimitris Σοφία=sofia"),
        _names("Παπαδόπουλος=papadopoulos Νικολάου=nikolaou Γεωργίου=georgiou Οικονόμου=oikonomou Βλάχος=vlachos"),
    ),
    Locale(
        "uk",
        "Europe/Kyiv",
        "+380",
        7,
        _names(
            "Олена=olena Тарас=taras Юлія=yuliia Богдан=bohdan Ірина=iryna Андрій=andrii Соломія=solomiia Ганна=hanna"
        ),
        _names(
            "Шевченко=shevchenko Коваленко=kovalenko Бондаренко=bondarenko Ткаченко=tkachenko "
            "Мельник=melnyk Їжак=yizhak"
        ),
    ),
    Locale(
        "en",
        "Europe/London",
        "+44",
        6,
        _names("Olivia Noah Amelia George Isla Zoë=zoe Siân=sian Oliver Chloé=chloe Ruth Priya Kwame"),
        _names("Smith O'Brien=obrien Taylor Patel Okafor Wright Green Hughes Campbell Llewellyn"),
    ),
    Locale(
        "fr",
        "Europe/Paris",
        "+33",
        4,
        _names("Élodie=elodie François=francois Hélène=helene Loïc=loic Maëlle=maelle Benoît=benoit Anaïs=anais"),
        _names("Lefèvre=lefevre Dubois Bérard=berard Moreau Gérard=gerard d'Arcy=darcy Châtelain=chatelain"),
    ),
    Locale(
        "pt-BR",
        "America/Sao_Paulo",
        "+55",
        3,
        _names("João=joao Conceição=conceicao Luísa=luisa Antônio=antonio Íris=iris Thiago"),
        _names("Gonçalves=goncalves Araújo=araujo Simões=simoes Magalhães=magalhaes Souza"),
    ),
    Locale(
        "he",
        "Asia/Jerusalem",
        "+972",
        2,
        _names("נועה=noa דוד=david תמר=tamar יונתן=yonatan מיכל=michal"),
        _names("כהן=cohen לוי=levi מזרחי=mizrahi פרץ=peretz"),
    ),
    Locale(
        "zh-Hant",
        "Asia/Taipei",
        "+886",
        1,
        _names("小明=xiaoming 美玲=meiling 志偉=zhiwei 淑芬=shufen"),
        _names("陳=chen 林=lin 黃=huang 張=zhang"),
    ),
)
