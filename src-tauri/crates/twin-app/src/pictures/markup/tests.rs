use proptest::prelude::*;

use super::*;

const INKSCAPE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE svg>\n<!-- <rect/> is no element here -->\n\
    <svg xmlns=\"http://www.w3.org/2000/svg\"\n   width='10'>\n  <style><![CDATA[ a > b {} <g/> ]]></style>\n  \
    <g id=\"a\">\n    <rect\n       x = \"1\"\n       title='a > b'\n       data-signal='old/one' />\n    <text>1 &lt; 2 &#228;</text>\n  </g>\n</svg>\n";

fn unbound(element: u32) -> PictureBinding {
    PictureBinding {
        element,
        asset: None,
        signal: None,
        show: None,
        side: None,
        low: None,
        high: None,
        on: None,
    }
}

fn refusal(text: &str) -> String {
    Markup::read(text).unwrap_err().to_string()
}

#[test]
fn elements_are_counted_as_a_browser_does() {
    let markup = Markup::read(INKSCAPE).unwrap();
    let tags: Vec<&str> = markup
        .tags
        .iter()
        .map(|tag| &INKSCAPE[tag.clone()])
        .collect();
    assert_eq!(tags.len(), 5);
    assert!(tags[0].starts_with("<svg "));
    assert_eq!(tags[1], "<style>");
    assert_eq!(tags[2], "<g id=\"a\">");
    assert!(tags[3].starts_with("<rect\n") && tags[3].ends_with("/>"));
    assert_eq!(tags[4], "<text>");
}

#[test]
fn a_binding_changes_its_attributes_and_no_other_byte() {
    let markup = Markup::read(INKSCAPE).unwrap();
    let binding = PictureBinding {
        signal: Some("pump-1/\"flow\" & <more>".into()),
        show: Some(PictureShow::Bar),
        low: Some(-0.5),
        ..unbound(3)
    };
    let expected = INKSCAPE.replace(
        "data-signal='old/one' />",
        "data-signal='pump-1/&quot;flow&quot; &amp; &lt;more&gt;' data-show=\"bar\" data-low=\"-0.5\" />",
    );
    assert_eq!(markup.bound(&[binding]).unwrap(), expected);
}

#[test]
fn what_is_unbound_leaves_nothing_behind_and_what_is_bound_again_is_as_it_was() {
    let markup = Markup::read(INKSCAPE).unwrap();
    let bare = markup.bound(&[unbound(3)]).unwrap();
    assert_eq!(bare, INKSCAPE.replace("\n       data-signal='old/one'", ""));
    let asset = |element| PictureBinding {
        asset: Some("pump-1".into()),
        ..unbound(element)
    };
    let bound = markup.bound(&[asset(4), asset(2)]).unwrap();
    assert!(bound.contains("<g id=\"a\" data-asset=\"pump-1\">"));
    assert!(bound.contains("<text data-asset=\"pump-1\">"));
    let again = Markup::read(&bound).unwrap();
    assert_eq!(again.bound(&[unbound(2), unbound(4)]).unwrap(), INKSCAPE);
    assert_eq!(markup.bound(&[]).unwrap(), INKSCAPE);
}

#[test]
fn what_cannot_be_bound_is_refused() {
    let markup = Markup::read(INKSCAPE).unwrap();
    assert!(
        markup
            .bound(&[unbound(5)])
            .unwrap_err()
            .to_string()
            .contains("no element 5")
    );
    assert!(
        markup
            .bound(&[unbound(2), unbound(2)])
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
    let long = PictureBinding {
        on: Some("x".repeat(501)),
        ..unbound(1)
    };
    assert!(
        markup
            .bound(&[long])
            .unwrap_err()
            .to_string()
            .contains("longer than 500")
    );
}

#[test]
fn hostile_texts_are_refused_in_words() {
    let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><svg>&b;</svg>";
    assert!(refusal(bomb).contains("Plain SVG"));
    assert!(
        refusal(&format!(
            "<svg>{}{}</svg>",
            "<g>".repeat(201),
            "</g>".repeat(201)
        ))
        .contains("deep")
    );
    assert!(
        refusal(&format!("<svg>{}</svg>", "<g/>".repeat(20_000)))
            .contains("more than 20000 elements")
    );
    assert!(refusal("<svg>\n<g></svg>").starts_with("line 2 "));
    assert!(refusal("<svg>\n<g>").contains("ends before"));
    assert!(refusal("<svg a=\"1\" a=\"2\"/>").contains("well-formed"));
    assert!(refusal("<html/>").contains("not <svg>"));
    assert!(refusal("").contains("no element"));
    let many: String = (0..300).map(|i| format!(" a{i}=\"\"")).collect();
    assert!(refusal(&format!("<svg{many}/>")).contains("200 attributes"));
    assert!(Markup::read("<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\"/>").is_ok());
}

/// Texts that look like pictures more often than chance would have it.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[<>/&;'\"= a-z!\\[\\]?-]{0,12}",
        Just("<svg>".to_owned()),
        Just("</svg>".to_owned()),
        Just("<g data-signal='x' >".to_owned()),
        Just("</g>".to_owned()),
        Just("<rect data-on=\"a\"/>".to_owned()),
        Just("<!-- ".to_owned()),
        Just("-->".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
        Just("<!DOCTYPE svg [".to_owned()),
        Just("\u{feff}ä\u{1f600}".to_owned()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("<svg>{}</svg>", pieces.concat()))
}

proptest! {
    /// Whatever is read can be bound anywhere, stays well-formed, keeps its elements, and says what was bound.
    #[test]
    fn whatever_is_read_can_be_bound(text in texts(), value in "\\PC{0,40}", other in any::<String>()) {
        if let Ok(markup) = Markup::read(&text) {
            for element in 0..markup.len() {
                let at = u32::try_from(element).unwrap();
                let binding = PictureBinding {
                    signal: Some(value.clone()),
                    on: Some(other.chars().take(100).collect()),
                    ..unbound(at)
                };
                let bound = markup.bound(&[binding]).unwrap();
                let again = Markup::read(&bound).unwrap();
                prop_assert_eq!(again.len(), markup.len());
                let tag = &bound[again.tags[element].clone()];
                let said = attributes(tag)
                    .into_iter()
                    .find(|attribute| &tag[attribute.name.clone()] == "data-signal")
                    .map(|attribute| tag[attribute.value].to_owned());
                prop_assert_eq!(said, Some(escaped(&value)));
                // Taken away again, nothing but bindings differs.
                let bare = again.bound(&[unbound(at)]).unwrap();
                prop_assert_eq!(bare, markup.bound(&[unbound(at)]).unwrap());
            }
        }
    }
}
