//! Names for headings that have little room: cut in the middle, as long names of one team begin and often end alike.

use std::collections::BTreeMap;

/// Characters that a heading has room for.
const ROOM: usize = 28;
/// Characters of a name that are kept before the place where it differs from its neighbours.
const LEAD: usize = 9;
/// Characters kept around that place.
const AROUND: usize = ROOM - LEAD - 2;

/// Each name, short enough for a heading and, as far as that goes, unlike the others.
pub(super) fn short(names: &[String]) -> Vec<String> {
    let cuts: Vec<String> = names.iter().map(|name| middle(name)).collect();
    let mut alike: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (cut, name) in cuts.iter().zip(names) {
        alike.entry(cut).or_default().push(name);
    }
    let tell = |(cut, name): (&String, &String)| match alike.get(cut.as_str()) {
        Some(group) if group.len() > 1 => around(name, common(name, group)),
        _ => cut.clone(),
    };
    cuts.iter().zip(names).map(tell).collect()
}

/// The beginning and the end.
fn middle(name: &str) -> String {
    let length = name.chars().count();
    if length <= ROOM {
        return name.to_owned();
    }
    let front: String = name.chars().take(ROOM / 2).collect();
    let back: String = name.chars().skip(length + 1 + ROOM / 2 - ROOM).collect();
    format!("{front}…{back}")
}

/// The beginning, and what stands at a place.
fn around(name: &str, place: usize) -> String {
    let front: String = name.chars().take(LEAD).collect();
    let from = place.saturating_sub(AROUND / 3).max(LEAD);
    let rest: String = name.chars().skip(from).take(AROUND).collect();
    let gap = if from > LEAD { "…" } else { "" };
    let more = if name.chars().count() > from + AROUND { "…" } else { "" };
    format!("{front}{gap}{rest}{more}")
}

/// How many characters a name has in common with that of the others which begins most like it.
fn common(name: &str, others: &[&String]) -> usize {
    let same = |other: &&&String| name.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let unlike = others.iter().filter(|other| ***other != name);
    unlike.map(|other| same(&other)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ROOM, short};

    fn of(names: &[&str]) -> Vec<String> {
        short(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_has_room_stays() {
        assert_eq!(of(&["Portal", "Portal"]), ["Portal", "Portal"]);
    }

    #[test]
    fn long_names_keep_both_ends() {
        let found = of(&[
            "Resource_Planning_Connector_Production_EMEA",
            "Resource_Planning_Connector_Production_APAC",
        ]);
        assert_eq!(found, ["Resource_Plann…oduction_EMEA", "Resource_Plann…oduction_APAC"]);
        assert!(found.iter().all(|name| name.chars().count() == ROOM));
    }

    #[test]
    fn names_that_differ_between_their_ends_show_where() {
        let found = of(&[
            "Resource_Planning_Connector_EMEA_for_Production",
            "Resource_Planning_Connector_APAC_for_Production",
        ]);
        assert_eq!(found, ["Resource_…ctor_EMEA_for_Pro…", "Resource_…ctor_APAC_for_Pro…"]);
    }
}
