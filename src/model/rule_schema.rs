//! The entities, attributes, enumerations and settings that rule predicates may speak of.

pub use tables::{FACETS_BY_NAME, SETTINGS};

/// What a rule expression can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no: a condition by itself.
    Flag,
    /// A piece of text.
    Text,
    /// A calendar date.
    Date,
    /// A length of time, with its unit.
    Duration,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// A share of a whole.
    Percent,
    /// A group of leads.
    Predicate,
    /// Something the policy declares.
    Entity(Entity),
    /// One of a fixed list of words.
    Enum(Enumeration),
}

/// A type: a kind, alone or as a list or set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// What it is, or what its elements are.
    pub kind: Kind,
    /// Whether it is one, a list or a set.
    pub many: Many,
}

/// Whether a type is one thing or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One thing.
    One,
    /// Several, in order.
    List,
    /// Several, without order.
    Set,
}

/// What a rule can range over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// The whole policy.
    Workspace,
    /// A field of the lead.
    Field,
    /// A value of a one-of, set or flag field.
    Value,
    /// An event that a lead can cause.
    Signal,
    /// An ideal customer profile.
    Icp,
    /// A named group of leads.
    Segment,
    /// A buying process.
    Journey,
    /// A stage of a journey.
    Stage,
    /// Points for signals and facts.
    Score,
    /// A named part of a score.
    Band,
    /// An asset that touches carry.
    Content,
    /// A nurture program.
    Program,
    /// A track of a program.
    Track,
    /// A touch that can be reached.
    Touch,
    /// Any touch, reached or not.
    Step,
    /// A rule for passing leads to sales.
    Handoff,
    /// A limit on contacts.
    Limit,
    /// The attributes that every predicate value has; no rule says `each` of it.
    Predicate,
}

/// A fixed list of words that an attribute can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enumeration {
    /// What a field says about a lead, or what else decides.
    Facet,
    /// What starts a track.
    Trigger,
    /// Whether a signal is behaviour or was told.
    SignalKind,
    /// What a limit does.
    LimitKind,
    /// The way a touch takes.
    Channel,
    /// What sort of asset a content is.
    ContentKind,
    /// What a content is about.
    About,
}

/// An attribute of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, as rules write it after the dot.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// It may be absent (`?` in the reference): `is known` and `is unknown` ask.
    pub optional: bool,
    /// It may be undecided (`~` in the reference).
    pub undecided: bool,
    /// What stands in parentheses after its name, as in `pressure(7 days)`.
    pub argument: Option<Kind>,
    /// What it means, in a short sentence for a user.
    pub meaning: &'static str,
}

/// A threshold that rules read as `settings.NAME` and a workspace may set in `nurture.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: Kind,
    /// Its value when nothing is set, as one writes it in the language.
    pub default: &'static str,
    /// What it means, in a short sentence for a user.
    pub meaning: &'static str,
}

impl Entity {
    /// All entities, in the order of the reference, `Predicate` last.
    #[rustfmt::skip]
    pub const ALL: &'static [Entity] = &[
        Entity::Workspace, Entity::Field, Entity::Value, Entity::Signal, Entity::Icp,
        Entity::Segment, Entity::Journey, Entity::Stage, Entity::Score, Entity::Band,
        Entity::Content, Entity::Program, Entity::Track, Entity::Touch, Entity::Step,
        Entity::Handoff, Entity::Limit, Entity::Predicate,
    ];

    /// Its name as written in rules, such as `touch`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The entity of that name, if it is one that a rule may say `each` of.
    pub fn from_name(name: &str) -> Option<Entity> {
        let mut named = Entity::ALL.iter().copied();
        named.find(|entity| *entity != Entity::Predicate && entity.name() == name)
    }

    /// Its attributes, in the order of the reference.
    pub fn attributes(self) -> &'static [Attribute] {
        self.row().3
    }

    /// Its name in rules, what a user calls one and several of them, and its attributes.
    #[rustfmt::skip]
    fn row(self) -> (&'static str, &'static str, &'static str, &'static [Attribute]) {
        match self {
            Entity::Workspace => ("workspace", "a workspace", "workspaces", tables::WORKSPACE),
            Entity::Field => ("field", "a field", "fields", tables::FIELD),
            Entity::Value => ("value", "a value of a field", "values of fields", tables::VALUE),
            Entity::Signal => ("signal", "a signal", "signals", tables::SIGNAL),
            Entity::Icp => ("icp", "an ICP", "ICPs", tables::ICP),
            Entity::Segment => ("segment", "a segment", "segments", tables::SEGMENT),
            Entity::Journey => ("journey", "a journey", "journeys", tables::JOURNEY),
            Entity::Stage => ("stage", "a stage", "stages", tables::STAGE),
            Entity::Score => ("score", "a score", "scores", tables::SCORE),
            Entity::Band => ("band", "a band", "bands", tables::BAND),
            Entity::Content => ("content", "a piece of content", "pieces of content", tables::CONTENT),
            Entity::Program => ("program", "a program", "programs", tables::PROGRAM),
            Entity::Track => ("track", "a track", "tracks", tables::TRACK),
            Entity::Touch => ("touch", "a touch", "touches", tables::TOUCH),
            Entity::Step => ("step", "a step", "steps", tables::STEP),
            Entity::Handoff => ("handoff", "a handoff", "handoffs", tables::HANDOFF),
            Entity::Limit => ("limit", "a limit", "limits", tables::LIMIT),
            Entity::Predicate => ("predicate", "a group of leads", "groups of leads", tables::PREDICATE),
        }
    }
}

impl Enumeration {
    /// Its words, in the order of the reference.
    pub fn values(self) -> &'static [&'static str] {
        self.row().2
    }

    /// What a user calls it, without an article.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// What a user calls one and several of them, without an article, and its words.
    #[rustfmt::skip]
    fn row(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Enumeration::Facet => ("facet", "facets", &[
                "role", "industry", "interest", "solution", "place", "size", "time", "consent",
                "customer", "identity", "behaviour", "stage", "score", "other",
            ]),
            Enumeration::Trigger => ("trigger", "triggers", &["join", "stage", "signal", "clock", "date"]),
            Enumeration::SignalKind => ("kind of signal", "kinds of signal", &["implicit", "explicit"]),
            Enumeration::LimitKind => ("kind of limit", "kinds of limit", &["frequency", "needs", "never", "quiet"]),
            Enumeration::Channel => ("channel", "channels", &["email", "sms", "call", "letter", "chat", "ad", "post", "web"]),
            Enumeration::ContentKind => ("kind of content", "kinds of content", &[
                "guide", "checklist", "article", "video", "webinar", "event", "tool", "course",
                "research", "comparison", "case_study", "white_paper", "brochure", "datasheet",
                "demo", "trial", "pricing", "newsletter", "announcement", "release_notes",
            ]),
            Enumeration::About => ("topic of content", "topics of content", &["problem", "market", "solution", "peers", "product", "company"]),
        }
    }
}

impl Type {
    /// The type in plain words, such as `a flag` or `a list of touches`.
    pub fn describe(self) -> String {
        let (single, several) = match self.kind {
            Kind::Flag => ("a flag", "flags"),
            Kind::Text => ("text", "texts"),
            Kind::Date => ("a date", "dates"),
            Kind::Duration => ("a duration", "durations"),
            Kind::Whole => ("a whole number", "whole numbers"),
            Kind::Number => ("a number", "numbers"),
            Kind::Percent => ("a percentage", "percentages"),
            Kind::Predicate => ("a group of leads", "groups of leads"),
            Kind::Entity(entity) => {
                let (_, single, several, _) = entity.row();
                (single, several)
            }
            Kind::Enum(enumeration) => {
                let (name, several, _) = enumeration.row();
                if self.many == Many::One {
                    return format!("a {name}");
                }
                (name, several)
            }
        };
        match self.many {
            Many::One => single.to_owned(),
            Many::List => format!("a list of {several}"),
            Many::Set => format!("a set of {several}"),
        }
    }
}

/// The tables themselves: one attribute or setting a line, in the order of the reference.
#[rustfmt::skip]
mod tables {
    use super::{Attribute, Entity, Enumeration, Kind, Many, Setting, Type};

    const FLAG: Type = one(Kind::Flag);
    const TEXT: Type = one(Kind::Text);
    const DATE: Type = one(Kind::Date);
    const DURATION: Type = one(Kind::Duration);
    const WHOLE: Type = one(Kind::Whole);
    const NUMBER: Type = one(Kind::Number);
    const PERCENT: Type = one(Kind::Percent);
    const LEADS: Type = one(Kind::Predicate);
    const fn one(kind: Kind) -> Type { Type { kind, many: Many::One } }
    const fn list(kind: Kind) -> Type { Type { kind, many: Many::List } }
    const fn set(kind: Kind) -> Type { Type { kind, many: Many::Set } }
    const fn the(entity: Entity) -> Type { one(Kind::Entity(entity)) }
    const fn all(entity: Entity) -> Type { list(Kind::Entity(entity)) }
    const fn word(enumeration: Enumeration) -> Type { one(Kind::Enum(enumeration)) }

    /// An attribute that is always there and always decided.
    const fn a(name: &'static str, ty: Type, meaning: &'static str) -> Attribute {
        Attribute { name, ty, optional: false, undecided: false, argument: None, meaning }
    }
    const fn s(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Setting {
        Setting { name, kind, default, meaning }
    }

    impl Attribute {
        const fn optional(self) -> Attribute { Attribute { optional: true, ..self } }
        const fn undecided(self) -> Attribute { Attribute { undecided: true, ..self } }
        const fn taking(self, argument: Kind) -> Attribute { Attribute { argument: Some(argument), ..self } }
    }

    pub static WORKSPACE: &[Attribute] = &[
        a("programs", all(Entity::Program), "All programs."),
        a("journeys", all(Entity::Journey), "All journeys."),
        a("contents", all(Entity::Content), "All content."),
        a("segments", all(Entity::Segment), "All segments."),
        a("signals", all(Entity::Signal), "All signals, the built-in ones too."),
        a("scores", all(Entity::Score), "All scores."),
        a("icps", all(Entity::Icp), "All ICPs."),
        a("handoffs", all(Entity::Handoff), "All handoffs."),
        a("limits", all(Entity::Limit), "All limits, those of programs too."),
        a("customers", LEADS, "Leads whose customer field says so; nobody when there is no such field."),
        a("settled", LEADS, "Leads whom no program owes anything: customers, handed off, unsubscribed or complained."),
        a("today", DATE, "The day the check is made for, as given with `--as-of`; never read from the clock.").optional(),
    ];
    pub static FIELD: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("facet", word(Enumeration::Facet), "What it says about a lead: as written, else told from its name, else other."),
        a("values", all(Entity::Value), "The values of a one-of, set or flag field."),
    ];
    pub static VALUE: &[Attribute] = &[a("members", LEADS, "The leads that have it.")];
    pub static SIGNAL: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("kind", word(Enumeration::SignalKind), "Behaviour (implicit) or something they told us (explicit)."),
        a("request", FLAG, "They asked us to get in touch: `explicit request`, or a reply."),
        a("builtin", FLAG, "It is built in: our own touches and programs cause it."),
        a("measured", FLAG, "It has a number field, such as seconds or pages."),
        a("depth_scored", FLAG, "Some points are given by a number field of it."),
        a("filtered", FLAG, "Something in use asks which page, content or topic it was."),
        a("once", LEADS, "Leads whose whole history is one such event."),
        a("points", NUMBER, "The most points that one such event earns in any score."),
        a("carries_content", FLAG, "It has a field that says which content it was."),
        a("tells_which", FLAG, "It has a field that says which page, topic, option or content it was."),
    ];
    pub static ICP: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("where", LEADS, "Who fits it."),
        a("objective", TEXT, "What these customers want.").optional(),
        a("agreed_by", set(Kind::Text), "Who agreed on it."),
        a("agreed_on", DATE, "When it was agreed on.").optional(),
    ];
    pub static SEGMENT: &[Attribute] = &[a("name", TEXT, "Its name."), a("where", LEADS, "Who is in it.")];
    pub static JOURNEY: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("stages", all(Entity::Stage), "Its stages, in order."),
        a("for", LEADS, "Whose journey it is; everyone when not written."),
        a("for_all", FLAG, "It is for everyone."),
        a("programs", all(Entity::Program), "The programs that name it."),
        a("early", LEADS, "Leads in its first third of stages; nobody when it has only one."),
        a("late", LEADS, "Leads in its last third of stages."),
        a("unstaged_unserved", LEADS, "Leads in no stage whom a program should serve, of a kind that no touch can reach."),
    ];
    pub static STAGE: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("journey", the(Entity::Journey), "The journey it belongs to."),
        a("number", WHOLE, "Its place in the journey; 1 is the first."),
        a("last", FLAG, "It is the last of its journey."),
        a("asks", TEXT, "The question a buyer has in it.").optional(),
        a("while", LEADS, "The evidence that puts a lead in it."),
        a("members", LEADS, "Leads that are in it: its evidence holds, and that of no later stage."),
        a("touches", all(Entity::Touch), "Touches that can go out to a lead in it."),
        a("contents", all(Entity::Content), "Content written for it."),
        a("unserved", LEADS, "Leads in it whom a program should serve, of a kind that no touch can reach at this stage."),
        a("next", the(Entity::Stage), "The stage after it.").optional(),
    ];
    pub static SCORE: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("highest", NUMBER, "The most it can be."),
        a("halves", DURATION, "The time in which its points fade by half.").optional(),
        a("scored", all(Entity::Signal), "Signals that earn or cost points."),
        a("fits", all(Entity::Field), "Fields that its `when` points depend on."),
        a("negative", FLAG, "Something takes points away."),
        a("read", FLAG, "A stage, handoff, segment or program in use reads it."),
        a("bands", all(Entity::Band), "Its bands, in order."),
    ];
    pub static BAND: &[Attribute] = &[a("name", TEXT, "Its name."), a("from", NUMBER, "The score it starts at.")];
    pub static CONTENT: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("title", TEXT, "Its title.").optional(),
        a("kind", word(Enumeration::ContentKind), "What sort of asset it is."),
        a("about", word(Enumeration::About), "What it is about."),
        a("for", LEADS, "Whom it was made for; everyone when not written."),
        a("for_all", FLAG, "It was made for everyone."),
        a("stages", all(Entity::Stage), "The stages it was made for."),
        a("answers", TEXT, "The question it answers.").optional(),
        a("gives", TEXT, "What it gives even to someone who never buys.").optional(),
        a("url", TEXT, "The address of its page.").optional(),
        a("home_page", FLAG, "It links to a home page, though the same site has other pages in the policy."),
        a("text", TEXT, "The words of its text file.").optional(),
        a("self_talk", PERCENT, "How much it speaks of us rather than of the reader; undecided without enough text.").undecided(),
        a("sells", FLAG, "It sells: a demo, a price list and the like, or it is about the product or company."),
        a("gated", FLAG, "It asks the reader who they are."),
        a("mobile", FLAG, "It reads well on a phone; yes unless it says `mobile no`."),
        a("updated", DATE, "When it was last updated.").optional(),
        a("touches", all(Entity::Touch), "Touches that carry it."),
        a("sent_to", list(Kind::Predicate), "Whom each direct touch that carries it, or the same page or text, can go out to."),
        a("barred", LEADS, "Leads kept from one of its direct touches by consent, an address, an unsubscribe or a complaint."),
        a("done", LEADS, "Leads whom the programs that send it have let go for what they did."),
        a("repeats", WHOLE, "The most times one lead can get it by direct touches, over all programs.").undecided(),
    ];
    pub static PROGRAM: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("title", TEXT, "Its title.").optional(),
        a("doc", TEXT, "Its doc comment.").optional(),
        a("audience", LEADS, "Who may be in it."),
        a("journey", the(Entity::Journey), "The journey it names.").optional(),
        a("goal", LEADS, "When its goal is reached.").optional(),
        a("goal_by", DURATION, "The deadline of its goal.").optional(),
        a("exit", LEADS, "Leads it ends for: `leave when`, out of the audience, handed off, or goal reached."),
        a("endless", FLAG, "A track of it repeats for ever."),
        a("tracks", all(Entity::Track), "Its tracks, in order."),
        a("touches", all(Entity::Touch), "All its touches that can be reached."),
        a("most_touches", WHOLE, "The most different touches one lead can get from it.").undecided(),
        a("lead_touches", WHOLE, "The most different touches one of its leads can get from all programs.").undecided(),
        a("reacts_to", all(Entity::Signal), "Signals that change what comes next: which touch, when or by which channel."),
        a("neighbours", all(Entity::Program), "Other programs that can have the same lead."),
        a("capped_with", all(Entity::Program), "Neighbours under a frequency limit that counts both."),
        a("uncapped_with", all(Entity::Program), "Neighbours under no frequency limit that counts both."),
        a("shape", TEXT, "A fingerprint of what it does, apart from its name, title, doc, owner and audience."),
        a("pressure", WHOLE, "The most direct touches one lead of it can get in such a time, over all programs, limits applied.").undecided().taking(Kind::Duration),
    ];
    pub static TRACK: &[Attribute] = &[
        a("trigger", word(Enumeration::Trigger), "What starts it: join, stage, signal, clock or date."),
        a("signal", the(Entity::Signal), "The signal that starts it.").optional(),
        a("touches", all(Entity::Touch), "Its touches, in order."),
        a("longest_run", WHOLE, "The most touches in a row without a look at what the lead did."),
    ];
    pub static TOUCH: &[Attribute] = &[
        a("program", the(Entity::Program), "The program it belongs to."),
        a("track", the(Entity::Track), "The track it belongs to."),
        a("channel", word(Enumeration::Channel), "The channel it takes."),
        a("direct", FLAG, "It goes to one person: an email, sms, call, letter or chat."),
        a("content", the(Entity::Content), "The content it carries.").optional(),
        a("words", TEXT, "Its subject, headline or purpose together with its invitation."),
        a("subject", TEXT, "Its subject, headline or purpose.").optional(),
        a("from", TEXT, "Its sender.").optional(),
        a("goal", TEXT, "What it is to achieve.").optional(),
        a("invites", TEXT, "What it invites the reader to do.").optional(),
        a("again", FLAG, "It may send the same content again."),
        a("guard", LEADS, "Leads it can go out to: all that must be true of a lead at the minute it goes out."),
        a("stages", all(Entity::Stage), "Stages a lead can be in when it goes out."),
        a("done", LEADS, "Leads whom its program has let go for what they did: the goal reached, or `leave when`."),
        a("barred", LEADS, "Leads kept from its channel by a missing address, an unsubscribe, a complaint or consent."),
        a("order", WHOLE, "Its earliest place among the program's touches that a lead gets; 1 is the first."),
        a("earliest", DURATION, "The least time from joining the program until it goes out."),
        a("gap", DURATION, "The longest planned wait since the touch before it in its track."),
        a("sent_before", all(Entity::Touch), "Earlier touches of its program that send the same content, once, to everybody who comes to it."),
        a("twins", all(Entity::Touch), "Direct touches that say the same words, this one among them, where one of them has no content; none where it is the only one."),
    ];
    pub static STEP: &[Attribute] = &[
        a("guard", LEADS, "Leads it can go out to, as for a touch; a step may also be one that nobody reaches."),
        a("program", the(Entity::Program), "The program it belongs to."),
    ];
    pub static HANDOFF: &[Attribute] = &[
        a("name", TEXT, "Its name."),
        a("when", LEADS, "Who is ready for sales."),
        a("within", DURATION, "How fast sales follows up.").optional(),
        a("tells", all(Entity::Signal), "The signals that sales is told about."),
        a("back", all(Entity::Program), "Programs that a returned lead goes to."),
        a("scores", all(Entity::Score), "Scores that its condition depends on."),
    ];
    pub static LIMIT: &[Attribute] = &[
        a("name", TEXT, "Its text, as `nurture fmt` prints it."),
        a("kind", word(Enumeration::LimitKind), "What it does: frequency, needs, never or quiet."),
        a("most", WHOLE, "The most touches that a frequency limit allows.").optional(),
        a("demand", WHOLE, "The most touches it counts that one lead would be sent in its time if it were not there.").undecided(),
    ];
    pub static PREDICATE: &[Attribute] = &[
        a("fields", all(Entity::Field), "Lead fields it depends on."),
        a("signals", all(Entity::Signal), "Signals it depends on, also through segments, stages and scores."),
        a("facets", set(Kind::Enum(Enumeration::Facet)), "What decides for every lead in it: facets of fields, behaviour, stage or score."),
        a("breadth", PERCENT, "The share of all kinds of lead in which someone who did nothing is in it.").undecided(),
        a("stuck", LEADS, "Leads that only old acts, which never expire, keep in it."),
        a("reach", PERCENT, "The share of real leads that are in it now; undecided without a census.").undecided(),
        a("size", WHOLE, "The number of real leads that are in it now; undecided without a census.").undecided(),
    ];

    /// The thresholds of `nurture.toml`, in the order of the reference.
    pub static SETTINGS: &[Setting] = &[
        s("wide_reach", Kind::Percent, "50%", "The share of the real database that a touch may reach without asking for an act."),
        s("breadth", Kind::Percent, "75%", "The share of all kinds of lead above which a group is not targeted."),
        s("narrow", Kind::Percent, "50%", "The share of all kinds of lead up to which a group is only some."),
        s("product_share", Kind::Percent, "50%", "The largest share of a program that may be about the product or the company."),
        s("self_talk", Kind::Percent, "50%", "The largest share of a text that may speak of us rather than of the reader."),
        s("relevant_share", Kind::Percent, "50%", "The least share of a program that must be relevant, or valuable without a purchase."),
        s("told", Kind::Duration, "90 days", "How long what leads told us counts."),
        s("recent", Kind::Duration, "30 days", "How recent an act of the lead must be for a touch to be well timed."),
        s("call_signal_age", Kind::Duration, "60 days", "How long an act of the lead is a reason to call."),
        s("dormant", Kind::Duration, "180 days", "How long a lead does nothing before they count as dormant."),
        s("min_touches", Kind::Whole, "3", "The fewest touches a lead must be able to get, from all programs together."),
        s("max_run", Kind::Whole, "3", "The most touches in a row without a look at what the lead did."),
        s("max_contact", Kind::Whole, "4", "The most direct touches a lead may get in 7 days."),
        s("repeats", Kind::Whole, "3", "The most times one lead may get the same content."),
        s("silence", Kind::Duration, "60 days", "The longest planned wait between two touches."),
        s("variety_from", Kind::Whole, "4", "From how many touches on a program should vary them."),
        s("slow_decay", Kind::Duration, "90 days", "The longest time in which points may fade by half."),
        s("slow_handoff", Kind::Duration, "2 days", "The longest that sales may take to follow up."),
        s("stale", Kind::Duration, "365 days", "How old content may get before it is stale."),
        s("agreement_age", Kind::Duration, "365 days", "How old the agreement on an ICP may get."),
        s("tiny_audience", Kind::Whole, "30", "The fewest real leads an audience should have."),
        s("forever", Kind::Duration, "540 days", "A longer window counts as endless."),
    ];

    /// What a field says that does not write it: the facet, and the field names that have it.
    pub static FACETS_BY_NAME: &[(&str, &[&str])] = &[
        ("role", &["role", "title", "job", "function", "department"]),
        ("industry", &["industry", "sector", "vertical"]),
        ("interest", &["interest", "topic", "pain"]),
        ("solution", &["product", "solution"]),
        ("place", &["country", "region", "state", "city"]),
        ("size", &["employees", "revenue", "size"]),
        ("time", &["created", "since"]),
        ("consent", &["consent", "opt_in"]),
        ("customer", &["customer"]),
    ];
}
