//! The waivers of a team, with the day on which each of them ends.

use std::fmt::Write as _;

use orgate_core::settings::{Settings, Waiver};

use super::text;

/// Days before the end from which on a waiver is said to end soon.
const SOON: i32 = 30;

/// The table; nothing when there is no waiver.
pub(super) fn section(settings: &Settings, notes: &[String], today: jiff::civil::Date) -> String {
    if settings.waivers.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<h2 id=\"waivers\">Waivers</h2>\n<div class=\"scroll\"><table><caption class=\"hidden\">Waivers</caption><thead><tr>",
    );
    for name in ["Control", "On", "Reason", "Approved by", "Last day (UTC)"] {
        let _ = write!(html, "<th scope=\"col\">{name}</th>");
    }
    html.push_str("</tr></thead><tbody>\n");
    for waiver in &settings.waivers {
        let state = match waiver.last_day().map(|last| (last - today).get_days()) {
            Ok(days) if days < 0 => " <span class=\"tag s-critical\">expired</span>".to_owned(),
            Ok(days) if days <= SOON => format!(" <span class=\"tag s-medium\">{days} days left</span>"),
            _ => String::new(),
        };
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td><td>{}{state}</td></tr>",
            text(&waiver.control),
            text(&waiver.subject),
            text(&waiver.reason),
            text(&waiver.approved_by),
            text(&waiver.expires)
        );
    }
    html.push_str("</tbody></table></div>\n");
    for note in notes {
        let _ = writeln!(html, "<p>{}</p>", text(note));
    }
    html
}

/// The waiver that covers one violation or finding.
pub(super) fn covers(html: &mut String, waiver: &Waiver) {
    let _ = writeln!(
        html,
        "<p><strong>Waived</strong> until {} by {}: {}</p>",
        text(&waiver.expires),
        text(&waiver.approved_by),
        text(&waiver.reason)
    );
}
