"""Holds answers of the prover against Z3.

Reads one JSON document a line from standard input: a plan, and questions with the prover's answers ("somebody" or "nobody").
Each question is put to Z3 in its own theories: integers, reals, strings, and as many events as the question can need.
Prints how many agree; ends with 1 if one does not. With `--time` also how long Z3 took for each: to search alone, and with a
fresh solver and its assertions.
"""

import json
import sys
import time

import z3

DAY = 86_400


class TooLarge(Exception):
    """More events than are worth trying."""


def seconds_of(day):
    import datetime

    year, month, date = map(int, day.split("-"))
    return int(datetime.datetime(year, month, date, tzinfo=datetime.timezone.utc).timestamp())


class Field:
    """A field of a lead or an event as Z3 values, and whether it is missing."""

    def __init__(self, world, name, field, solver, now):
        self.world, self.kind = world, field["type"]
        self.missing = z3.Bool(name + "?") if field["optional"] else z3.BoolVal(False)
        self.now = now
        kind = self.kind
        if kind == "flag":
            self.value = z3.Bool(name)
        elif kind in ("text", "moment") or "address_of" in kind:
            self.value = z3.Int(name) if kind == "moment" else z3.String(name)
        elif kind in ("content", "program"):
            count = len(world["contents"] if kind == "content" else world["programs"])
            self.value = z3.Int(name)
            solver.add(self.value >= -1, self.value < count)
        elif "one_of" in kind:
            self.value = z3.Int(name)
            solver.add(self.value >= 0, self.value < len(kind["one_of"]))
        elif "set_of" in kind:
            self.value = {option["name"]: z3.Bool(f"{name}.{option['name']}") for option in kind["set_of"]}
        elif "date" in kind:
            day = z3.Int(name)
            self.value = day * DAY
            bounds = kind["date"]
            present = z3.Not(self.missing)
            if bounds.get("from"):
                solver.add(z3.Implies(present, self.value >= seconds_of(bounds["from"])))
            if bounds.get("to"):
                solver.add(z3.Implies(present, self.value <= seconds_of(bounds["to"])))
            if bounds["to_today"]:
                solver.add(z3.Implies(present, self.value <= now))
        else:
            whole = "whole_number" in kind
            bounds = kind["whole_number" if whole else "number"]
            self.value = z3.Int(name) if whole else z3.Real(name)
            if bounds.get("from"):
                solver.add(self.value >= z3.RealVal(bounds["from"]))
            if bounds.get("to"):
                solver.add(self.value <= z3.RealVal(bounds["to"]))

    def option(self, name):
        return next(place for place, option in enumerate(self.kind["one_of"]) if option["name"] == name)

    def equals(self, value):
        (kind, inner), = value.items()
        if kind == "option":
            return self.value == self.option(inner)
        if kind == "text":
            return self.value == z3.StringVal(inner)
        if kind == "number":
            return self.value == z3.RealVal(inner)
        if kind == "date":
            return self.value == seconds_of(inner)
        if kind == "content":
            return self.value == self.world["contents"].index(inner)
        if kind == "program":
            return self.value == self.world["programs"].index(inner)
        if kind == "flag":
            return self.value == inner
        raise TooLarge(kind)

    def attribute(self, attribute, test):
        """A test of an attribute of the content in this field: decided for each content; another one has no attributes."""
        op = test["op"]
        holds = []
        for place, content in enumerate(self.world["content_items"]):
            if attribute == "stage":
                value = content["stages"]
                is_so = test["value"]["stage"] in value if op == "has" else True
            else:
                value = content.get(attribute)
                values = [next(iter(one.values())) for one in test.get("values", [])]
                is_so = {
                    "flag": lambda: value is True,
                    "known": lambda: value is not None,
                    "unknown": lambda: value is None,
                    "in": lambda: value is not None and value in values,
                    "not_in": lambda: value is not None and value not in values,
                }[op]()
            if is_so:
                holds.append(self.value == place)
        other = op == "unknown"
        is_other = self.value == -1
        decided = z3.Or(*holds) if holds else z3.BoolVal(False)
        known = z3.Or(decided, is_other) if other else decided
        return z3.If(self.missing, z3.BoolVal(other), known)

    def test(self, test):
        op = test["op"]
        attribute = test["subject"].get("attribute")
        if attribute:
            return self.attribute(attribute, test)
        present = z3.Not(self.missing)
        if op == "known":
            return present
        if op == "unknown":
            return self.missing
        if op == "flag":
            return z3.And(present, self.value)
        if op == "in":
            return z3.And(present, z3.Or(*[self.equals(value) for value in test["values"]]))
        if op == "not_in":
            return z3.And(present, *[z3.Not(self.equals(value)) for value in test["values"]])
        if op == "compare":
            (kind, inner), = test["value"].items()
            other = z3.RealVal(inner) if kind == "number" else seconds_of(inner) if kind == "date" else None
            if other is None:
                raise TooLarge(kind)
            order = {"<": self.value < other, "<=": self.value <= other, ">": self.value > other, ">=": self.value >= other}
            return z3.And(present, order[test["order"]])
        if op == "text":
            of = {
                "contains": lambda part: z3.Contains(self.value, z3.StringVal(part)),
                "starts_with": lambda part: z3.PrefixOf(z3.StringVal(part), self.value),
                "ends_with": lambda part: z3.SuffixOf(z3.StringVal(part), self.value),
            }[test["test"]]
            return z3.And(present, z3.Or(*[of(part) for part in test["any"]]))
        if op == "has":
            return self.value[test["value"]["option"]]
        length = test["seconds"]
        if op == "within_last":
            return z3.And(present, self.now - length < self.value, self.value <= self.now)
        if op == "within_next":
            return z3.And(present, self.now < self.value, self.value <= self.now + length)
        if op == "older_than":
            return z3.And(present, self.value <= self.now - length)
        raise TooLarge(op)


class Question:
    """One question as Z3 sees it."""

    def __init__(self, plan, predicate):
        self.plan = plan
        self.world = {
            "contents": [content["name"] for content in plan["contents"]],
            "content_items": plan["contents"],
            "programs": [program["name"] for program in plan["programs"]],
        }
        self.solver = z3.Solver()
        self.solver.set("timeout", 5_000)
        self.now = z3.Int("now")
        self.solver.add(self.now > seconds_of("1900-01-01"), self.now < seconds_of("2200-01-01"))
        self.fields = {field["name"]: Field(self.world, field["name"], field, self.solver, self.now) for field in plan["lead"]["fields"]}
        self.segments = {item["name"]: item["predicate"] for item in plan["segments"] + plan["icps"]}
        self.journeys = {item["name"]: item["stages"] for item in plan["journeys"]}
        self.signals = {item["name"]: item for item in plan["signals"]}
        counts = {}
        self.needed(predicate, counts, 0)
        if any(count > 7 for count in counts.values()) or sum(counts.values()) > 12:
            raise TooLarge("events")
        self.slots = {}
        for signal, count in counts.items():
            self.slots[signal] = []
            for number in range(count):
                name = f"{signal}{number}"
                at = z3.Int(name + ".at")
                present = z3.Bool(name)
                self.solver.add(at <= self.now)
                fields = {
                    field["name"]: Field(self.world, f"{name}.{field['name']}", field, self.solver, at) for field in self.signals[signal]["fields"]
                }
                self.slots[signal].append((present, at, fields))
        self.solver.add(self.holds(predicate))

    def needed(self, predicate, counts, depth):
        """The most events of each signal that the answer can need: the sum of its counts."""
        if depth > 40:
            raise TooLarge("depth")
        op = predicate["op"]
        if op in ("and", "or"):
            for part in predicate["of"]:
                self.needed(part, counts, depth + 1)
        elif op == "not":
            self.needed(predicate["of"], counts, depth + 1)
        elif op in ("in_segment", "in_icp"):
            self.needed(self.segments[predicate.get("segment") or predicate.get("icp")], counts, depth + 1)
        elif op.startswith("stage"):
            for stage in self.journeys[predicate["journey"]]:
                self.needed(stage["predicate"], counts, depth + 1)
        elif op == "count":
            most = max(predicate.get("at_least") or 0, (predicate.get("at_most") if predicate.get("at_most") is not None else -1) + 1)
            counts[predicate["signal"]] = counts.get(predicate["signal"], 0) + most
        elif op == "score":
            raise TooLarge("score")

    def filter(self, predicate, fields):
        op = predicate["op"]
        if op == "and":
            return z3.And(*[self.filter(part, fields) for part in predicate["of"]])
        if op == "or":
            return z3.Or(*[self.filter(part, fields) for part in predicate["of"]])
        if op == "not":
            return z3.Not(self.filter(predicate["of"], fields))
        if op == "everyone":
            return z3.BoolVal(True)
        return fields[predicate["subject"]["field"]].test(predicate)

    def count(self, count):
        window = count.get("window")
        within = []
        for present, at, fields in self.slots.get(count["signal"], []):
            parts = [present]
            if count.get("filter"):
                parts.append(self.filter(count["filter"], fields))
            if window:
                (kind, inner), = window.items() if isinstance(window, dict) else ((window, None),)
                if kind == "seconds":
                    parts.append(at > self.now - inner)
                elif kind == "since":
                    parts.append(at >= seconds_of(inner))
                else:
                    raise TooLarge(kind)
            within.append(z3.If(z3.And(*parts), 1, 0))
        total = z3.Sum(within) if within else z3.IntVal(0)
        parts = []
        if count.get("at_least") is not None:
            parts.append(total >= count["at_least"])
        if count.get("at_most") is not None:
            parts.append(total <= count["at_most"])
        return z3.And(*parts)

    def in_stage(self, journey, number):
        stages = self.journeys[journey]
        later = [z3.Not(self.holds(stage["predicate"])) for stage in stages[number + 1 :]]
        return z3.And(self.holds(stages[number]["predicate"]), *later)

    def holds(self, predicate):
        op = predicate["op"]
        if op == "and":
            return z3.And(*[self.holds(part) for part in predicate["of"]])
        if op == "or":
            return z3.Or(*[self.holds(part) for part in predicate["of"]])
        if op == "not":
            return z3.Not(self.holds(predicate["of"]))
        if op in ("everyone", "identified"):
            return z3.BoolVal(True)
        if op in ("in_segment", "in_icp"):
            return self.holds(self.segments[predicate.get("segment") or predicate.get("icp")])
        if op == "count":
            return self.count(predicate)
        if op.startswith("stage"):
            journey = predicate["journey"]
            names = [stage["name"] for stage in self.journeys[journey]]
            every = range(len(names))
            if op == "stage_known":
                chosen = every
            elif op == "stage_unknown":
                return z3.Not(z3.Or(*[self.in_stage(journey, number) for number in every]))
            elif op == "stage_in":
                chosen = [number for number in every if names[number] in predicate["stages"]]
            elif op == "stage_not_in":
                chosen = [number for number in every if names[number] not in predicate["stages"]]
            else:
                other = names.index(predicate["stage"])
                fits = {"<": lambda n: n < other, "<=": lambda n: n <= other, ">": lambda n: n > other, ">=": lambda n: n >= other}[predicate["order"]]
                chosen = [number for number in every if fits(number)]
            return z3.Or(*[self.in_stage(journey, number) for number in chosen]) if chosen else z3.BoolVal(False)
        return self.fields[predicate["subject"]["field"]].test(predicate)


def main():
    agree, apart, skipped, open_ = 0, [], 0, 0
    alone, whole = [], []
    for line in sys.stdin:
        document = json.loads(line)
        for question in document["questions"]:
            begun = time.perf_counter()
            try:
                asked = Question(document["plan"], question["predicate"])
            except TooLarge:
                skipped += 1
                continue
            made = time.perf_counter()
            found = asked.solver.check()
            alone.append(time.perf_counter() - made)
            whole.append(time.perf_counter() - begun)
            if found == z3.unknown:
                open_ += 1
                continue
            said = "somebody" if found == z3.sat else "nobody"
            if said == question["answer"]:
                agree += 1
            else:
                apart.append((question["answer"], said, json.dumps(question["predicate"])))
    print(f"{agree} agree, {len(apart)} do not, {skipped} skipped, {open_} open")
    if "--time" in sys.argv:
        for name, times in (("the search alone", sorted(alone)), ("with a fresh solver", sorted(whole))):
            if times:
                shown = [times[len(times) // 2], times[len(times) * 99 // 100], times[-1]]
                print(f"{name}: median, 99th percentile, most: " + ", ".join(f"{1e3 * each:.3f} ms" for each in shown))
    for answer in apart[:5]:
        print("the prover: %s; Z3: %s; %s" % answer)
    sys.exit(1 if apart else 0)


main()
