using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tallystick.Client.Tests.Document;

/// <summary>What an assembly offers, as text: a line per type and per member.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler adds to every record.
    private static readonly HashSet<string> OfRecords =
        ["Equals", "GetHashCode", "ToString", "<Clone>$", "op_Equality", "op_Inequality", "Deconstruct"];

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(decimal)] = "decimal",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(void)] = "void",
    };

    internal static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Kind(type)} {Name(type)}{Bases(type)}\n");
            foreach (var member in type.GetMembers(Declared).Select(Member).OfType<string>()
                .Order(StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"  {member}\n");
        }
        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class" : "class";

    private static string Bases(Type type)
    {
        var names = new[] { type.BaseType }
            .Where(one => one is not null && one != typeof(object) && one != typeof(ValueType))
            .Select(one => Name(one!));
        return string.Join(", ", names) is { Length: > 0 } bases ? $" : {bases}" : "";
    }

    private static string? Member(MemberInfo member) => member switch
    {
        PropertyInfo property => $"{Static(property.GetMethod!)}{Name(property)} {property.Name} {Accessors(property)}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true, Name: not "op_Implicit" } => null,
        MethodInfo method when OfRecords.Contains(method.Name) => null,
        MethodInfo method => $"{Static(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static string Name(PropertyInfo property) =>
        (property.GetCustomAttributes().Any(one => one.GetType().Name == "RequiredMemberAttribute") ? "required " : "")
        + Name(property.PropertyType) + Mark(new NullabilityInfoContext().Create(property).ReadState);

    private static string Accessors(PropertyInfo property) => property switch
    {
        { SetMethod: null or { IsPublic: false } } => "{ get; }",
        { SetMethod.ReturnParameter: var value }
            when value.GetRequiredCustomModifiers().Any(one => one.Name == "IsExternalInit") => "{ get; init; }",
        _ => "{ get; set; }",
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(
        one => $"{Name(one.ParameterType)}{Mark(new NullabilityInfoContext().Create(one).ReadState)} {one.Name}"
            + (one.IsOptional ? " = default" : "")));

    private static string Mark(NullabilityState state) => state == NullabilityState.Nullable ? "?" : "";

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Name(inner);
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (!type.IsGenericType)
            return Keywords.GetValueOrDefault(type, type.Name);
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
