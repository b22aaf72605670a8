//! The rules, by name.

/// A rule that a twin file must keep. Its name is stable: documents and people may refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// The file is not JSON (RFC 8259).
    JsonSyntax,
    /// The file is not UTF-8.
    JsonEncoding,
    /// The files are larger than is read.
    JsonSize,
    /// Values stand too deep within one another.
    JsonDepth,
    /// An object has a name twice.
    JsonNameTwice,
    /// A document is an object or an array of objects.
    DocumentForm,
    /// The outermost element names the version of the language.
    ContextRequired,
    /// `@context` is a text or an array of texts.
    ContextForm,
    /// Each context is a DTMI with a version.
    ContextDtmi,
    /// The language comes before its extensions.
    ContextOrder,
    /// The version of the language is 2, 3 or 4.
    ContextVersion,
    /// An extension is known, and made for the version of the language.
    ContextExtension,
    /// `#limitless` is followed by limits, and limits follow it (DTDL v4).
    ContextLimits,
    /// A property takes elements of its own version, some of earlier ones too.
    ElementVersion,
    /// Only `@context`, `@id` and `@type` stand on an element.
    Keyword,
    /// `@id` is one text.
    IdForm,
    /// A digital twin model identifier follows its grammar.
    IdGrammar,
    /// An identifier is not too long.
    IdLength,
    /// An identifier does not begin with a prefix of the language.
    IdReserved,
    /// An identifier is given once.
    IdUnique,
    /// An Interface and a shared schema have an identifier.
    IdRequired,
    /// `@type` is a text or an array of texts.
    TypeForm,
    /// An element says what it is, where it could be several things.
    TypeRequired,
    /// `@type` has exactly one class of the language.
    TypeMaterial,
    /// A type is a term or a DTMI.
    TypeMalformed,
    /// A type is one of the language or of an extension in use.
    TypeUnknown,
    /// The name of a property is a term or a DTMI.
    PropertyMalformed,
    /// A property is one of the class or of an extension in use.
    PropertyUnknown,
    /// A property is written as a term or as a DTMI, not as both.
    PropertyTwice,
    /// The properties that a class must have are there.
    PropertyRequired,
    /// A value is of the kind asked for, bare or as `{"@value": ..}`.
    LiteralForm,
    /// `@type` beside `@value` says what the value is.
    LiteralType,
    /// A property with one value has one.
    LiteralCount,
    /// A text for people is a text, a map of languages, or an array of texts.
    LanguageForm,
    /// A language is a tag such as `en` or `zh-Hans-CN`.
    LanguageTag,
    /// There is one text a language.
    LanguageUnique,
    /// A text is not too long.
    TextLength,
    /// A name has letters, digits and underscores, begins with a letter and does not end with an underscore.
    NamePattern,
    /// Names do not repeat, inherited ones included.
    NameUnique,
    /// A value is one of those the language lists.
    ValueChoice,
    /// The values of an Enum are of its `valueSchema`.
    EnumValueType,
    /// The values of an Enum do not repeat.
    EnumValueUnique,
    /// An element is an object or the DTMI of one.
    ElementForm,
    /// A property with one element has one.
    ElementCount,
    /// An element is of the class that the property takes.
    ElementClass,
    /// A property has no more elements than the version allows.
    ElementLimit,
    /// What is referred to is in the files.
    ReferenceKnown,
    /// Only Interfaces, outermost elements and elements of the same Interface are referred to.
    ReferenceReach,
    /// No element leads back to itself.
    PathToSelf,
    /// Interfaces do not extend one another too deep.
    ExtendsDepth,
    /// An Interface does not extend too many others.
    ExtendsCount,
    /// Schemas do not stand too deep within one another.
    SchemaDepth,
    /// An Interface does not have too many elements, inherited ones included.
    HierarchyCount,
    /// The text of an Interface is not too long.
    InterfaceSize,
    /// The Interface of a Component has no Component.
    ComponentNested,
    /// A Property has no Array and no place on earth in it (DTDL v2).
    ArrayInProperty,
    /// A semantic or adjunct type stands on a class that it is made for.
    CotypeClass,
    /// An adjunct type has the other types that it needs beside it.
    CotypeCompanion,
    /// An element has one quantity.
    QuantityOne,
    /// A quantity has a numeric schema.
    QuantitySchema,
    /// A quantity has a unit.
    UnitRequired,
    /// A unit is one of the language.
    UnitKnown,
    /// A unit fits its quantity.
    UnitQuantity,
    /// The files lead to more work than is done for them.
    TooMuch,
    /// A Thing Description names the TD 1.1 or 1.0 context first.
    ThingContext,
    /// A Thing Model is not a Thing Description.
    ThingModel,
    /// The members that a Thing Description must have are there.
    ThingRequired,
    /// A member has the form that TD 1.1 gives it.
    ThingForm,
    /// A security name is defined.
    ThingSecurity,
    /// A data schema agrees with itself.
    ThingSchema,
    /// An address is a URI, whole by itself or by the base.
    ThingHref,
    /// The operations of a form are those of its place.
    ThingOperation,
    /// A binding's terms have the values that the binding lists.
    ThingBinding,
}

impl Rule {
    /// Every rule with its name.
    pub const NAMES: &'static [(&'static str, Rule)] = &[
        ("json-syntax", Rule::JsonSyntax),
        ("json-encoding", Rule::JsonEncoding),
        ("json-size", Rule::JsonSize),
        ("json-depth", Rule::JsonDepth),
        ("json-name-twice", Rule::JsonNameTwice),
        ("document-form", Rule::DocumentForm),
        ("context-required", Rule::ContextRequired),
        ("context-form", Rule::ContextForm),
        ("context-dtmi", Rule::ContextDtmi),
        ("context-order", Rule::ContextOrder),
        ("context-version", Rule::ContextVersion),
        ("context-extension", Rule::ContextExtension),
        ("context-limits", Rule::ContextLimits),
        ("element-version", Rule::ElementVersion),
        ("keyword", Rule::Keyword),
        ("id-form", Rule::IdForm),
        ("id-grammar", Rule::IdGrammar),
        ("id-length", Rule::IdLength),
        ("id-reserved", Rule::IdReserved),
        ("id-unique", Rule::IdUnique),
        ("id-required", Rule::IdRequired),
        ("type-form", Rule::TypeForm),
        ("type-required", Rule::TypeRequired),
        ("type-material", Rule::TypeMaterial),
        ("type-malformed", Rule::TypeMalformed),
        ("type-unknown", Rule::TypeUnknown),
        ("property-malformed", Rule::PropertyMalformed),
        ("property-unknown", Rule::PropertyUnknown),
        ("property-twice", Rule::PropertyTwice),
        ("property-required", Rule::PropertyRequired),
        ("literal-form", Rule::LiteralForm),
        ("literal-type", Rule::LiteralType),
        ("literal-count", Rule::LiteralCount),
        ("language-form", Rule::LanguageForm),
        ("language-tag", Rule::LanguageTag),
        ("language-unique", Rule::LanguageUnique),
        ("text-length", Rule::TextLength),
        ("name-pattern", Rule::NamePattern),
        ("name-unique", Rule::NameUnique),
        ("value-choice", Rule::ValueChoice),
        ("enum-value-type", Rule::EnumValueType),
        ("enum-value-unique", Rule::EnumValueUnique),
        ("element-form", Rule::ElementForm),
        ("element-count", Rule::ElementCount),
        ("element-class", Rule::ElementClass),
        ("element-limit", Rule::ElementLimit),
        ("reference-known", Rule::ReferenceKnown),
        ("reference-reach", Rule::ReferenceReach),
        ("path-to-self", Rule::PathToSelf),
        ("extends-depth", Rule::ExtendsDepth),
        ("extends-count", Rule::ExtendsCount),
        ("schema-depth", Rule::SchemaDepth),
        ("hierarchy-count", Rule::HierarchyCount),
        ("interface-size", Rule::InterfaceSize),
        ("component-nested", Rule::ComponentNested),
        ("array-in-property", Rule::ArrayInProperty),
        ("cotype-class", Rule::CotypeClass),
        ("cotype-companion", Rule::CotypeCompanion),
        ("quantity-one", Rule::QuantityOne),
        ("quantity-schema", Rule::QuantitySchema),
        ("unit-required", Rule::UnitRequired),
        ("unit-known", Rule::UnitKnown),
        ("unit-quantity", Rule::UnitQuantity),
        ("too-much", Rule::TooMuch),
        ("td-context", Rule::ThingContext),
        ("td-model", Rule::ThingModel),
        ("td-required", Rule::ThingRequired),
        ("td-form", Rule::ThingForm),
        ("td-security", Rule::ThingSecurity),
        ("td-schema", Rule::ThingSchema),
        ("td-href", Rule::ThingHref),
        ("td-operation", Rule::ThingOperation),
        ("td-binding", Rule::ThingBinding),
    ];

    /// Its stable name, such as `id-grammar`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Rule::NAMES.iter().find(|(_, rule)| *rule == self);
        named.map_or("", |(name, _)| name)
    }
}
