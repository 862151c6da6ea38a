using CsCheck;
using Kube.Machinery.Selectors;
using Xunit;

namespace Kube.Tests.Selectors;

/// <summary>Selectors against a second reading of their definition; text that is no selector.</summary>
public sealed class SelectorPropertyTests
{
    private static readonly Gen<string> Key = One("a", "b", "example.com/c");

    private static readonly Gen<Dictionary<string, string>> Labels = Gen.Select(Key, One("", "x", "y", "5", "10")).Array[0, 3].Select(pairs => pairs.DistinctBy(p => p.Item1).ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal));

    private static readonly Gen<LabelRequirement> Requirement = Gen.Select(Key, Gen.Enum<LabelOperator>(), One("x", "y", "5").Array[1, 3], (key, op, values) => op switch
    {
        LabelOperator.Exists or LabelOperator.DoesNotExist => new LabelRequirement(key, op, []),
        LabelOperator.GreaterThan or LabelOperator.LessThan => new LabelRequirement(key, op, ["7"]),
        _ => new LabelRequirement(key, op, values),
    });

    [Fact]
    public void A_selector_written_and_read_selects_the_same() => Gen.Select(Requirement.Array[1, 4], Labels).Sample((requirements, labels) =>
    {
        var selector = LabelSelector.Of(requirements);
        Assert.Equal(selector.Matches(labels), LabelSelector.Parse(selector.ToString()).Matches(labels));
    });

    [Fact]
    public void A_selector_means_that_all_its_requirements_hold() => Gen.Select(Requirement.Array[0, 4], Labels).Sample((requirements, labels) =>
        Assert.Equal(requirements.All(r => Holds(r, labels)), LabelSelector.Of(requirements).Matches(labels)));

    [Fact]
    public void Any_text_is_a_selector_or_refused_in_words() => Gen.String[Gen.OneOf(Gen.Char["ab=!,() <>innotx./-_5"], Gen.Char), 0, 40].Sample(text =>
    {
        Read(() => LabelSelector.Parse(text));
        Read(() => FieldSelector.Parse(text));
    });

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static void Read(Action parse)
    {
        try
        {
            parse();
        }
        catch (FormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static bool Holds(LabelRequirement requirement, Dictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(requirement.Key);
        return requirement.Operator switch
        {
            LabelOperator.In => value is not null && requirement.Values.Contains(value),
            LabelOperator.NotIn => value is null || !requirement.Values.Contains(value),
            LabelOperator.Exists => value is not null,
            LabelOperator.DoesNotExist => value is null,
            LabelOperator.GreaterThan => value is "10",
            _ => value is "5",
        };
    }
}
