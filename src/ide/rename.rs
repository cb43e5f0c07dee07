//! Another name for something, wherever it is named. What would change the meaning of a policy is refused.

use super::names::{Symbol, declarations, references, symbol_at};
use super::{Change, Spot};
use crate::db::{Db, RootDb, SourceFile, Workspace, chunks, parsed};
use crate::diagnostics::Kind;
use crate::model::Member;
use crate::model::names::{Space, Symbol as Interned, index, schema};
use crate::model::rule_schema::FACETS_BY_NAME;
use crate::model::schema::{BUILTIN, Ty};
use crate::syntax::ast::Body;
use crate::syntax::tokens::{TokenKind, tokens};

/// Why a name cannot be another, in words for people.
pub type Refusal = String;

/// What can be renamed at an offset: the symbol and where the name stands.
///
/// # Errors
/// Why it cannot.
pub fn prepared(db: &RootDb, file: SourceFile, offset: u32) -> Result<(Symbol, Spot), Refusal> {
    let (symbol, spot) = symbol_at(db, file, offset).ok_or_else(|| "there is no name here".to_owned())?;
    match &symbol {
        Symbol::Declared(Kind::Rule, name) if declarations(db, &symbol).is_empty() => Err(format!("the rule `{name}` is not declared in this policy")),
        _ if declarations(db, &symbol).is_empty() => Err(format!("`{}` is built in, and keeps its name", symbol.name())),
        _ => Ok((symbol, spot)),
    }
}

/// The changes that give what stands at an offset another name.
///
/// # Errors
/// Why it cannot be called so.
pub fn rename(db: &RootDb, file: SourceFile, offset: u32, new: &str) -> Result<Vec<Change>, Refusal> {
    let (symbol, _) = prepared(db, file, offset)?;
    let old = symbol.name().clone();
    if new == old {
        return Ok(Vec::new());
    }
    valid(new)?;
    clash(db, &symbol, new)?;
    hidden(db, &old)?;
    if matches!(symbol, Symbol::Member(Member::Label(..))) {
        asked_as_text(db, &old)?;
    }
    let spots = references(db, &symbol, true);
    let mut changes: Vec<Change> = spots.iter().map(|spot| Change { spot: *spot, new: new.to_owned() }).collect();
    if let Symbol::Member(Member::Option(signal, field, option)) = &symbol {
        stored(db, signal.as_deref(), field, option, &mut changes);
    }
    if let Symbol::Member(Member::Field(None, _)) = &symbol {
        facet(db, &old, new, &mut changes)?;
    }
    unchanged(db, &changes, &old)?;
    Ok(changes)
}

/// A name has to be one.
fn valid(new: &str) -> Result<(), Refusal> {
    let mut chars = new.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !starts || !chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!("`{new}` is no name: write letters from a to z, digits and underscores, and no digit first"));
    }
    // A word that no grammar takes for a name is a word of the language.
    let fits = crate::syntax::continuations(&format!("segment {new} where in {new} ")).iter().any(|word| word == "and");
    if fits { Ok(()) } else { Err(format!("`{new}` is a word of the language, and cannot be a name")) }
}

/// Names that must differ from each other.
fn clash(db: &dyn Db, symbol: &Symbol, new: &str) -> Result<(), Refusal> {
    let taken = |what: &str| Err(format!("`{new}` is already {what}: choose another name"));
    let in_space = |space: Space| {
        let sites = index(db).sites.get(&Interned::new(db, space, smol_str::SmolStr::from(new)));
        sites.and_then(|sites| sites.first()).map(|site| site.kind)
    };
    let schema = schema(db);
    match symbol {
        Symbol::Declared(kind, _) => {
            if let Some(other) = in_space(Space::of(*kind)) {
                return taken(other.with_article());
            }
            if Space::of(*kind) == Space::Values && schema.field(new).is_some() {
                return taken("a field of the lead");
            }
            if *kind == Kind::Signal && BUILTIN.contains(&new) {
                return taken("a built-in signal");
            }
            let settings = Workspace::get(db).settings(db);
            let old = symbol.name();
            if *kind == Kind::Rule && (settings.levels.contains_key(old) || settings.path_levels.iter().any(|(_, levels)| levels.contains_key(old))) {
                return Err(format!("nurture.toml sets the level of `{old}`: take it out there first"));
            }
            if *kind == Kind::Rule && (crate::rulebook::is_standard(new) || crate::diagnostics::Check::from_name(new).is_some()) {
                return taken("a rule or check");
            }
        }
        Symbol::Member(Member::Field(None, _)) => {
            if schema.field(new).is_some() {
                return taken("a field of the lead");
            }
            if let Some(other) = in_space(Space::Values) {
                return taken(other.with_article());
            }
        }
        Symbol::Member(Member::Field(Some(signal), _)) => {
            if schema.signals.get(signal).is_some_and(|signal| signal.fields.iter().any(|field| field.name == new)) {
                return taken(&format!("a field of `{signal}`"));
            }
        }
        Symbol::Member(Member::Option(signal, field, _)) => {
            let fields = match signal {
                None => schema.lead.as_deref().unwrap_or_default(),
                Some(signal) => schema.signals.get(signal).map(|signal| signal.fields.as_slice()).unwrap_or_default(),
            };
            let found = fields.iter().find(|known| known.name == *field);
            if let Some(Ty::OneOf(options) | Ty::SetOf(options)) = found.map(|field| &field.ty)
                && options.iter().any(|option| option.name == new || option.stored.as_deref() == Some(new))
            {
                return taken(&format!("an option of `{field}`"));
            }
        }
        Symbol::Member(Member::Stage(journey, _)) => {
            if schema.journeys.get(journey).is_some_and(|stages| stages.iter().any(|stage| stage == new)) {
                return taken(&format!("a stage of `{journey}`"));
            }
            // A bare stage names one journey's: where another has it too, it names none.
            if schema.stages.contains_key(new) {
                return taken("a stage of another journey, and a bare name would mean both");
            }
        }
        Symbol::Member(Member::Band(score, _)) => {
            if schema.scores.get(score).is_some_and(|score| score.bands.iter().any(|(band, _)| band == new)) {
                return taken(&format!("a band of `{score}`"));
            }
        }
        Symbol::Member(Member::Label(program, _)) => {
            let label = Symbol::Member(Member::Label(program.clone(), new.into()));
            if !declarations(db, &label).is_empty() {
                return taken(&format!("a touch of `{program}`"));
            }
        }
    }
    Ok(())
}

/// Where a syntax error hides what is said, a name may stand that would stay behind.
fn hidden(db: &dyn Db, old: &str) -> Result<(), Refusal> {
    for file in Workspace::get(db).files(db) {
        for chunk in &chunks(db, *file).chunks {
            let body = &chunk.body(db).text;
            let names = || tokens(body).iter().any(|token| token.kind == TokenKind::Word && token.text(body) == old);
            if body.contains(old) && parsed(db, *chunk).broken && names() {
                return Err(format!("a declaration of `{}` that names `{old}` has a syntax error: mend it first, or a name would stay behind", file.path(db)));
            }
        }
    }
    Ok(())
}

/// What our own messages brought about can be asked by the label of the touch, as a text: that would stay behind.
fn asked_as_text(db: &dyn Db, label: &str) -> Result<(), Refusal> {
    let asked = format!("\"{label}\"");
    for file in Workspace::get(db).files(db) {
        let asks = |body: &str| body.contains(&asked) && body.contains("touch");
        if chunks(db, *file).chunks.iter().any(|chunk| asks(&chunk.body(db).text)) {
            return Err(format!("`{}` speaks of the touch by the text `{asked}`, and a text is not renamed: change it first", file.path(db)));
        }
    }
    Ok(())
}

/// An option is stored by its name in the data: where it gets another, what the data hold is written behind it.
fn stored(db: &dyn Db, signal: Option<&str>, field: &str, option: &str, changes: &mut [Change]) {
    let schema = schema(db);
    let fields = match signal {
        None => schema.lead.as_deref().unwrap_or_default(),
        Some(signal) => schema.signals.get(signal).map(|signal| signal.fields.as_slice()).unwrap_or_default(),
    };
    let Some(Ty::OneOf(options) | Ty::SetOf(options)) = fields.iter().find(|known| known.name == field).map(|field| &field.ty) else { return };
    if options.iter().any(|known| known.name == option && known.stored.is_none()) {
        let symbol = Symbol::Member(Member::Option(signal.map(Into::into), field.into(), option.into()));
        let declared = declarations(db, &symbol);
        for change in changes.iter_mut().filter(|change| declared.contains(&change.spot)) {
            change.new = format!("{} \"{option}\"", change.new);
        }
    }
}

/// A field's name can say what it means, such as `role`: where the new one says something else, what it meant is written down.
fn facet(db: &dyn Db, old: &str, new: &str, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let told = |name: &str| FACETS_BY_NAME.iter().find(|(_, names)| names.contains(&name)).map(|(facet, _)| *facet);
    let Some((chunk, item)) = super::names::item_of(db, Kind::Lead, "") else { return Ok(()) };
    let Body::Lead(fields) = &item.body else { return Ok(()) };
    let Some(field) = fields.iter().find(|field| field.name.text == old).filter(|field| field.means.is_none()) else { return Ok(()) };
    if field.ty == crate::syntax::ast::Type::Text && (old == "timezone" || new == "timezone") {
        return Err("a field called `timezone` is the clock of its lead: quiet hours go by it, and by no other name".to_owned());
    }
    match (told(old), told(new)) {
        (before, after) if before == after => Ok(()),
        (None, Some(after)) => Err(format!("a field called `{new}` means the lead's {after}, and `{old}` does not: choose another name")),
        (Some(before), _) => {
            let start = chunk.start(db);
            let text = &chunk.body(db).text;
            let end = |at: crate::text::Range| at.start + at.of(text).trim_end().len() as u32;
            let at = crate::text::Range::at(field.optional.map_or(end(field.type_at), end)).shift(start);
            changes.push(Change { spot: Spot { file: chunk.file(db), at }, new: format!(" means {before}") });
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// The policy after the changes must have the errors that it had.
fn unchanged(db: &RootDb, changes: &[Change], old: &str) -> Result<(), Refusal> {
    let workspace = Workspace::get(db);
    let texts = workspace.files(db).iter().map(|file| (file.path(db).clone(), changed(file.text(db), *file, changes)));
    let copy = crate::db::load::in_memory(RootDb::default(), texts.collect(), workspace.settings(db).clone());
    let texts_of = workspace.assets(db).to_vec();
    let mut copy = copy;
    {
        use salsa::Setter as _;
        Workspace::get(&copy).set_assets(&mut copy).to(texts_of);
    }
    let errors = |db: &RootDb| {
        let mut found: Vec<String> = crate::report::findings::findings(db)
            .into_iter()
            .filter(|finding| finding.severity == crate::diagnostics::Severity::Error)
            .map(|finding| finding.check.name().to_owned())
            .collect();
        found.sort();
        found
    };
    let (before, after) = (errors(db), errors(&copy));
    if before == after {
        return Ok(());
    }
    // Examples of rules have declarations of their own, so what they name is left alone.
    let named = Workspace::get(db).files(db).iter().flat_map(|file| &chunks(db, *file).chunks).find_map(|chunk| {
        let body = &chunk.body(db).text;
        let names = body.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == old);
        chunk.head(db).strip_prefix("rule ").filter(|_| names)
    });
    Err(match named {
        Some(rule) => format!("an example of the rule `{rule}` names `{old}` too, and examples are not renamed: change it first"),
        None => "under this name something else of the policy would mean another thing: choose another".to_owned(),
    })
}

/// A text with the changes that are of its file.
pub fn changed(text: &str, file: SourceFile, changes: &[Change]) -> String {
    let mut own: Vec<&Change> = changes.iter().filter(|change| change.spot.file == file).collect();
    own.sort_by_key(|change| change.spot.at);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for change in own {
        let range = change.spot.at;
        if range.start < at {
            continue;
        }
        out.push_str(crate::text::Range::new(at, range.start).of(text));
        out.push_str(&change.new);
        at = range.end;
    }
    out.push_str(text.get(at as usize..).unwrap_or(""));
    out
}
