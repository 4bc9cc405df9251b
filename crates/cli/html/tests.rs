use super::{document, text};

#[test]
fn hostile_text_is_text() {
    let hostile = "</title><script>alert(1)</script>\u{202e}\"'";
    let page = document(hostile, "", &text(hostile));
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn a_page_loads_nothing() {
    let page = document("t", "", "");
    for word in ["src=", "@import", "url(", "http://", "https://", "<script", "<link"] {
        assert!(!page.contains(word), "{word}");
    }
}
