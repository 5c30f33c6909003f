using System.Reflection;
using Tallystick.Repository.Tests.Rules;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests;

/// <summary>A rule that never fails is none: each must catch something, and the tree must pass.</summary>
public sealed class RuleTests
{
    private static IEnumerable<Type> Rules =>
        typeof(RuleTests).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(SizeRule).Namespace && type.Name.EndsWith("Rule"));

    [Fact]
    public void Rules_All_PassTheRealTreeAndCatchAPlantedViolation()
    {
        Rules.Count().ShouldBeGreaterThan(5);
        foreach (var rule in Rules)
        {
            rule.GetMethod("Check", BindingFlags.Public | BindingFlags.Static, [typeof(FileTree)])
                .ShouldNotBeNull(rule.Name);
            var tests = typeof(RuleTests).Assembly.GetType($"{rule.FullName}Tests")
                .ShouldNotBeNull($"{rule.Name} has no tests");
            var names = tests.GetMethods().Select(method => method.Name).ToList();
            names.ShouldContain(name => name.Contains("_RealTree_"), rule.Name);
            names.ShouldContain(name => name.EndsWith("_IsCaught"), rule.Name);
        }
    }
}
