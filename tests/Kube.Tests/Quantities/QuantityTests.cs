using CsCheck;
using Kube.Machinery.Quantities;
using Xunit;

namespace Kube.Tests.Quantities;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1")]
    [InlineData("0.5", "500m")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("1024Ki", "1Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000k", "1M")]
    [InlineData("100M", "100M")]
    [InlineData("2e3", "2e3")]
    [InlineData("-250m", "-250m")]
    [InlineData("512", "512")]
    public void A_quantity_has_one_canonical_form(string text, string canonical) => Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("1 Gi")]
    [InlineData("1.2.3")]
    [InlineData("1ki")]
    [InlineData("--1")]
    public void What_is_no_quantity_is_refused(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void The_canonical_form_reads_back_as_the_same_value() =>
        Gen.Select(Gen.Long[-1_000_000_000, 1_000_000_000], Gen.OneOf(new[] { "", "m", "k", "M", "G", "Ki", "Mi", "Gi", "u" }.Select(s => Gen.Const(s)).ToArray())).Sample(
            (number, suffix) =>
            {
                var quantity = Quantity.Parse(number.ToString(System.Globalization.CultureInfo.InvariantCulture) + suffix);
                return Quantity.Parse(quantity.ToString()) == quantity && Quantity.Parse(quantity.ToString()).ToString() == quantity.ToString();
            });

    [Fact]
    public void Sums_are_exact_and_processor_time_rounds_up()
    {
        Assert.Equal("350m", (Quantity.Parse("100m") + Quantity.Parse("0.25")).ToString());
        Assert.Equal(1, Quantity.Parse("100u").MilliValue);
        Assert.Equal(1536L * 1024 * 1024, Quantity.Parse("1.5Gi").Value);
        Assert.True(Quantity.Parse("1Gi") > Quantity.Parse("1G"));
    }
}
