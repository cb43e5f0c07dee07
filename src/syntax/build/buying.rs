//! How people buy: `icp`, `segment`, `journey`, `score`.

use super::{Builder, P, Rule, Seen};
use crate::syntax::ast::{At, Band, Cap, Common, Earned, Icp, Journey, Points, Predicate, Score, Stage};

impl Builder<'_> {
    /// The predicate of a clause that holds one: `where P`, `for P`, `while P`, `when P`.
    pub(super) fn predicate_in(&mut self, pair: P<'_>) -> Option<Predicate> {
        let at = self.at(&pair);
        match pair.into_inner().find(|inner| inner.as_rule() == Rule::predicate) {
            Some(predicate) => Some(self.predicate(predicate)),
            None => self.strange(at),
        }
    }

    pub(super) fn segment(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Option<Predicate> {
        let mut found = None;
        for pair in pairs {
            let at = self.at(&pair);
            if self.first(seen, Rule::where_clause, at, "where") {
                found = self.predicate_in(pair);
            }
        }
        found
    }

    pub(super) fn icp(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Icp {
        let mut icp = Icp { predicate: None, agreed_by: Vec::new(), agreed_on: None };
        for pair in pairs {
            let at = self.at(&pair);
            if pair.as_rule() == Rule::where_clause {
                if self.first(seen, Rule::where_clause, at, "where") {
                    icp.predicate = self.predicate_in(pair);
                }
            } else if self.first(seen, Rule::agreed, at, "agreed by") {
                for inner in pair.into_inner() {
                    if inner.as_rule() == Rule::names {
                        icp.agreed_by = self.names(inner);
                    } else {
                        icp.agreed_on = self.date(&inner);
                    }
                }
            }
        }
        icp
    }

    pub(super) fn journey(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Journey {
        let mut journey = Journey { audience: None, stages: Vec::new() };
        for pair in pairs {
            let at = self.at(&pair);
            if pair.as_rule() == Rule::stage {
                journey.stages.extend(self.stage(pair));
            } else if self.first(seen, Rule::for_clause, at, "for") {
                journey.audience = self.predicate_in(pair);
            }
        }
        journey
    }

    fn stage(&mut self, pair: P<'_>) -> Option<Stage> {
        let at = self.at(&pair);
        let doc = self.doc(pair.as_span().start());
        let mut inner = pair.into_inner().peekable();
        let Some(name) = inner.next() else { return self.strange(at) };
        let name = self.declared(&name);
        let title = inner.next_if(|pair| pair.as_rule() == Rule::title).and_then(|pair| self.text_in(pair));
        let mut stage = Stage { name, title, asks: None, evidence: None, common: Common::default(), doc };
        let mut seen = Seen::default();
        for pair in inner {
            let Some(pair) = self.common(pair, &mut stage.common, &mut seen) else { continue };
            let at = self.at(&pair);
            if pair.as_rule() == Rule::asks {
                if self.first(&mut seen, Rule::asks, at, "asks") {
                    stage.asks = self.text_in(pair);
                }
            } else if self.first(&mut seen, Rule::while_clause, at, "while") {
                stage.evidence = self.predicate_in(pair);
            }
        }
        Some(stage)
    }

    pub(super) fn score(&mut self, pairs: Vec<P<'_>>, seen: &mut Seen) -> Score {
        let mut score = Score { points: Vec::new(), halves: None, from: None, to: None, bands: Vec::new() };
        for pair in pairs {
            let at = self.at(&pair);
            match pair.as_rule() {
                Rule::points => score.points.extend(self.points(pair)),
                Rule::band => {
                    let mut inner = pair.into_inner();
                    if let (Some(name), Some(from)) = (inner.next(), inner.next()) {
                        let name = self.declared(&name);
                        let from = self.decimal(&from);
                        score.bands.push(Band { name, from });
                    }
                }
                Rule::halves => {
                    if self.first(seen, Rule::halves, at, "halves") {
                        score.halves = self.duration_in(pair);
                    }
                }
                rule => {
                    let word = if rule == Rule::score_from { "from" } else { "to" };
                    if self.first(seen, rule, at, word) {
                        let number = pair.into_inner().next().map(|number| self.decimal(&number));
                        if rule == Rule::score_from { score.from = number } else { score.to = number }
                    }
                }
            }
        }
        score
    }

    fn points(&mut self, pair: P<'_>) -> Option<Points> {
        let at = self.at(&pair);
        let mut inner = pair.into_inner();
        let (Some(sign), Some(number), Some(earned)) = (inner.next(), inner.next(), inner.next()) else { return self.strange(at) };
        let number = self.decimal(&number);
        let (value, start) = if sign.as_str() == "-" { (number.value.negated(), sign) } else { (number.value, sign) };
        let points = At { value, at: self.at(&start).cover(number.at) };
        let earned = if earned.as_rule() == Rule::points_when {
            Earned::When(self.predicate_in(earned)?)
        } else {
            let mut inner = earned.into_inner();
            let Some(event) = inner.next() else { return self.strange(at) };
            let event = self.event(event)?;
            let cap = inner.next().and_then(|cap| {
                let mut inner = cap.into_inner();
                let (times, per) = (inner.next()?, inner.next()?);
                Some(Cap { times: self.count(&times), per: self.duration(per) })
            });
            Earned::For(event, cap)
        };
        Some(Points { points, earned, at })
    }
}
