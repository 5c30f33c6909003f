using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>Derives shapes from records, once at startup.</summary>
public static class JsonShapes
{
    /// <summary>The shape of a record: a member for each property, limited by its attributes.</summary>
    public static ObjectShape Of(Type type) => new(type.Name, [.. Properties(type).Select(Member)]) { Type = type };

    // Members of the base record come first, so that documents and faults list members in reading order.
    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null && property.CanWrite)
            .OrderBy(property => Depth(property.DeclaringType!))
            .ThenBy(property => property.MetadataToken);

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    private static JsonMember Member(PropertyInfo property)
    {
        var plainText = property.GetCustomAttribute<PlainTextInContractAttribute>();
        return new JsonMember(Name(property), Shape(property))
        {
            IsRequired =
                property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null,
            IsRequiredInContract = property.GetCustomAttribute<RequiredInContractAttribute>() is not null,
            IsAlwaysAnswered = property.GetCustomAttribute<StatedInAnswersAttribute>() is not null,
            IsServerSet = property.GetCustomAttribute<ServerSetAttribute>() is not null,
            IsPlainTextInRequest = plainText is not null,
            IsPlainTextInResponse = plainText is { OnRequestOnly: false },
            Property = property,
        };
    }

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
            ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static JsonShape Shape(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var minimumItems = property.GetCustomAttribute<MinimumItemsAttribute>()?.Count;
        var maximumItems = property.GetCustomAttribute<MaximumItemsAttribute>()?.Count;
        if (type == typeof(string))
            return Text(property);
        if (IsGeneric(type, typeof(IReadOnlyList<>)))
            return new ListShape(Item(property, type.GetGenericArguments()[0]), minimumItems, maximumItems);
        if (Shape(type) is MapShape map)
            return map with { Maximum = maximumItems };
        if (Shape(type) is NumberShape number)
            return number with
            {
                AtLeast = property.GetCustomAttribute<AtLeastAttribute>()?.Bound,
                Above = property.GetCustomAttribute<AboveAttribute>()?.Bound,
                AtMost = property.GetCustomAttribute<AtMostAttribute>()?.Bound,
            };
        return Shape(type);
    }

    private static TextShape Text(PropertyInfo property)
    {
        var characters = property.GetCustomAttribute<CharactersAttribute>();
        return WithChoices(property, new TextShape(
            characters is { Minimum: > 0 } ? characters.Minimum : null,
            characters is { Maximum: < int.MaxValue } ? characters.Maximum : null,
            property.GetCustomAttribute<FormAttribute>()?.Form ?? TextForm.Any));
    }

    private static JsonShape Item(PropertyInfo property, Type item) =>
        Shape(item) is TextShape { Choices: null } text ? WithChoices(property, text) : Shape(item);

    private static TextShape WithChoices(PropertyInfo property, TextShape text) =>
        property.GetCustomAttribute<ChoicesInContractAttribute>()?.Choices is { } choices
            ? text with { ChoicesInContract = Choices(choices), ChoicesName = choices.Name }
            : text;

    private static IReadOnlyList<string> Choices(Type enumeration) =>
        [.. Enum.GetNames(enumeration).Select(JsonFormat.EnumNames.ConvertName)];

    private static JsonShape Shape(Type type)
    {
        if (type == typeof(string))
            return new TextShape();
        if (type == typeof(Fraction))
            return new TextShape();
        if (type == typeof(Instant))
            return new InstantShape();
        if (type == typeof(LocalDate))
            return new DateShape();
        if (type == typeof(bool))
            return new BooleanShape();
        if (type == typeof(int))
            return new NumberShape(32);
        if (type == typeof(long))
            return new NumberShape(64);
        if (type == typeof(decimal))
            return new NumberShape();
        if (type.IsEnum)
            return new TextShape(Choices: Choices(type)) { ChoicesName = type.Name };
        if (IsGeneric(type, typeof(IReadOnlyDictionary<,>)))
        {
            var value = type.GetGenericArguments()[1];
            return new MapShape(value == typeof(CustomFieldValue) ? null : Shape(value));
        }
        return Of(type);
    }

    private static bool IsGeneric(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
