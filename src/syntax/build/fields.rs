//! `lead` and `signal`: fields and their types.

use super::{Builder, P, Rule};
use crate::syntax::ast::{Field, OptionValue, Signal, SignalKind, Type};
use crate::text::Range;

impl Builder<'_> {
    pub(super) fn fields(&mut self, pairs: Vec<P<'_>>) -> Vec<Field> {
        pairs.into_iter().filter_map(|pair| self.field(pair)).collect()
    }

    pub(super) fn signal(&mut self, pairs: Vec<P<'_>>) -> Option<Signal> {
        let mut kind = SignalKind::Implicit;
        let mut fields = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::signal_kind => {
                    kind = match pair.into_inner().next().map(|pair| pair.as_rule()) {
                        Some(Rule::explicit_request) => SignalKind::Request,
                        Some(Rule::explicit) => SignalKind::Explicit,
                        _ => SignalKind::Implicit,
                    }
                }
                _ => fields.extend(self.field(pair)),
            }
        }
        Some(Signal { kind, fields })
    }

    fn field(&mut self, pair: P<'_>) -> Option<Field> {
        let at = self.at(&pair);
        let doc = self.doc(pair.as_span().start());
        let mut inner = pair.into_inner();
        let (Some(name), Some(ty)) = (inner.next(), inner.next()) else { return self.strange(at) };
        let name = self.declared(&name);
        let type_at = self.at(&ty);
        let ty = self.field_type(ty, type_at)?;
        let (mut optional, mut means) = (None, None);
        for pair in inner {
            let at = self.at(&pair);
            match pair.as_rule() {
                Rule::optional => optional = Some(at),
                _ => means = pair.into_inner().next().map(|pair| self.name(&pair)),
            }
        }
        Some(Field { name, ty, type_at, optional, means, doc })
    }

    fn field_type(&mut self, pair: P<'_>, at: Range) -> Option<Type> {
        let rule = pair.as_rule();
        let ty = match rule {
            Rule::type_flag => Type::Flag,
            Rule::type_text => Type::Text,
            Rule::type_moment => Type::Moment,
            Rule::type_content => Type::Content,
            Rule::type_number | Rule::type_whole => {
                let (mut from, mut to) = (None, None);
                for bound in pair.into_inner() {
                    let is_from = bound.as_rule() == Rule::from_number;
                    let value = bound.into_inner().next().map(|number| self.decimal(&number));
                    if is_from { from = value } else { to = value }
                }
                Type::Number { whole: rule == Rule::type_whole, from, to }
            }
            Rule::type_date => {
                let (mut from, mut to, mut to_today) = (None, None, false);
                for bound in pair.into_inner() {
                    match bound.as_rule() {
                        Rule::to_today => to_today = true,
                        rule => {
                            let date = bound.into_inner().next().and_then(|date| self.date(&date));
                            if rule == Rule::from_date { from = date } else { to = date }
                        }
                    }
                }
                Type::Date { from, to, to_today }
            }
            Rule::type_one_of => Type::OneOf(self.options(pair)),
            Rule::type_set => Type::SetOf(self.options(pair)),
            Rule::type_address => Type::AddressOf(self.options(pair)),
            _ => return self.strange(at),
        };
        Some(ty)
    }

    fn options(&mut self, pair: P<'_>) -> Vec<OptionValue> {
        pair.into_inner()
            .filter_map(|option| {
                let mut inner = option.into_inner();
                let name = inner.next()?;
                let name = self.declared(&name);
                let stored = inner.next().map(|string| self.string(&string));
                Some(OptionValue { name, stored })
            })
            .collect()
    }
}
